import { createHmac } from 'node:crypto';
import type { ApiKeyView } from '../../reads/api';
import { isSameHash } from '../api/keys';

/** A working day and its overtime; then the key is shown again. */
export const SESSION_MS = 12 * 3_600_000;

const FORM = /^([0-9a-f]{8})\.(\d{13})\.([A-Za-z0-9_-]{43})$/;

/** Who a cookie says it is; only {@link isSealed} tells whether that is true. */
export interface Claim {
  readonly prefix: string;
  readonly untilMs: number;
  readonly seal: Buffer;
}

/** Sessions live in the cookie alone. They end with their key: its hash is sealed with them. */
export interface Sessions {
  /** The value of a cookie for a key that was proved. */
  begin(key: ApiKeyView, nowMs: number): string;
  read(value: string): Claim | undefined;
  isSealed(claim: Claim, hash: Buffer): boolean;
}

/** The pepper of the keys signs, by way of a key of its own, so that no other signature of it fits here. */
export function createSessions(pepper: string): Sessions {
  const signing = createHmac('sha256', pepper).update('session of the codec server').digest();
  const sealOf = (prefix: string, untilMs: number, hash: Buffer): Buffer =>
    createHmac('sha256', signing).update(`${prefix}.${untilMs}.`).update(hash).digest();
  return {
    begin: ({ prefix, hash }, nowMs) => {
      const untilMs = nowMs + SESSION_MS;
      return `${prefix}.${untilMs}.${sealOf(prefix, untilMs, hash).toString('base64url')}`;
    },
    read: (value) => {
      const [, prefix, until, seal] = FORM.exec(value) ?? [];
      if (prefix === undefined || until === undefined || seal === undefined) return undefined;
      return { prefix, untilMs: Number(until), seal: Buffer.from(seal, 'base64url') };
    },
    isSealed: ({ prefix, untilMs, seal }, hash) => isSameHash(seal, sealOf(prefix, untilMs, hash)),
  };
}
