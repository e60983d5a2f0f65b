import { createHash } from 'node:crypto';
import type { Notification } from './notification';
import type { ShpFields } from './robokassa-signature';

/** A notification in the Robokassa shape, decoded but not believed. */
export interface ResultFields {
  readonly outSum: string;
  readonly invId: string;
  readonly signature: string;
  readonly shp: ShpFields;
  /** Equal for equal content, whatever the order of its fields. */
  readonly contentHash: string;
}

const NAMES: Readonly<Record<string, 'outSum' | 'invId' | 'signature'>> = {
  outsum: 'outSum',
  out_summ: 'outSum',
  invid: 'invId',
  inv_id: 'invId',
  invoiceid: 'invId',
  signaturevalue: 'signature',
  crc: 'signature',
};

/**
 * Reads the fields from query, form or JSON. Undefined when the bytes are no such notification: a field twice,
 * a value that is no text, a missing sum, number or signature.
 */
export function readResultFields(notification: Notification): ResultFields | undefined {
  const pairs = readPairs(notification);
  if (!pairs) return undefined;
  const known = new Map<string, string>();
  const shp = new Map<string, string>();
  for (const [name, value] of pairs) {
    const isShp = /^shp_/i.test(name);
    const key = isShp ? name : NAMES[name.toLowerCase()];
    const target = isShp ? shp : known;
    if (key === undefined) continue;
    if (target.has(key)) return undefined;
    target.set(key, value);
  }
  const outSum = known.get('outSum');
  const invId = known.get('invId');
  const signature = known.get('signature');
  if (!outSum || !invId || !signature || !/^\d{1,19}$/.test(invId)) return undefined;
  const contentHash = hashOf(pairs);
  return { outSum, invId, signature, shp: Object.fromEntries(shp), contentHash };
}

function readPairs({ rawBody, headers, query }: Notification): [string, string][] | undefined {
  const type = headers['content-type'];
  const inQuery = [...new URLSearchParams(query)];
  const body = utf8(rawBody);
  if (body === undefined) return undefined;
  const isJson = typeof type === 'string' && /^application\/json\b/i.test(type);
  const inBody = isJson ? jsonPairs(body) : [...new URLSearchParams(body)];
  return inBody && [...inQuery, ...inBody];
}

function jsonPairs(body: string): [string, string][] | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
    const pairs = Object.entries(parsed);
    return pairs.every(isTextPair) ? pairs : undefined;
  } catch {
    return undefined;
  }
}

function isTextPair(pair: [string, unknown]): pair is [string, string] {
  return typeof pair[1] === 'string';
}

function utf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function hashOf(pairs: readonly (readonly [string, string])[]): string {
  const ordered = pairs.map((pair) => JSON.stringify(pair)).sort();
  return createHash('sha256').update(ordered.join('\n')).digest('hex');
}
