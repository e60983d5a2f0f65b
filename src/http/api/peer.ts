import { isIPv6 } from 'node:net';

/**
 * Whom an address stands for: itself, or the network of an IPv6 address, since whoever has one of those has 2⁶⁴ of them.
 */
export function peerOf(address: string | undefined): string {
  const plain = (address ?? '').replace(/%.*$/, '');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(plain)) return plain;
  return `${groupsOf(plain).slice(0, 4).join(':')}::/64`;
}

/** The eight groups, those that `::` leaves out included. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const [before, after] = [head, tail ?? ''].map((half) => (half === '' ? [] : half.split(':')));
  const groups = [...(before ?? [])];
  if (tail !== undefined) {
    const left = 8 - groups.length - (after?.length ?? 0);
    groups.push(...Array.from({ length: Math.max(0, left) }, () => '0'), ...(after ?? []));
  }
  return groups.map((group) => group.replace(/^0+(?=.)/, '').toLowerCase());
}
