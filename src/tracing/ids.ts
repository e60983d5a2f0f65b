// Ids that follow from what they name: a workflow that lives again gives the same, and draws no random number for them.

/** 64 bits in hexadecimal. */
export function spanIdOf(seed: string): string {
  return hex(seed, 2);
}

/** 128 bits in hexadecimal. */
export function traceIdOf(seed: string): string {
  return hex(seed, 4);
}

function hex(seed: string, words: number): string {
  const parts = Array.from({ length: words }, (_, n) =>
    scattered(`${n}:${seed}`).toString(16).padStart(8, '0'),
  );
  const id = parts.join('');
  // All zeros are no id.
  return /^0+$/.test(id) ? `${id.slice(1)}1` : id;
}

/** FNV-1a with a final mix, 32 bits. */
function scattered(text: string): number {
  let hash = 0x811c9dc5;
  for (let n = 0; n < text.length; n += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(n), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
