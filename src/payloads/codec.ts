import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { decode as textOf, encode as bytesOf } from '@temporalio/common/lib/encoding';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { PayloadForgedError, PayloadKeyError, type PayloadKey } from './keys';

const WirePayload = temporal.api.common.v1.Payload;

const CIPHER = 'aes-256-gcm';
const ENCODING = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';
/** 96 random bits: the length for which GCM needs no hashing, and enough for 2³² payloads of one key. */
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts payloads before they leave the process and decrypts those that arrive. The first key encrypts, every key
 * decrypts; without keys nothing is encrypted. What was never encrypted passes, so that histories written before the
 * first key live on.
 *
 * The data of an encrypted payload is IV, tag and ciphertext; the ciphertext holds the whole payload, its own metadata
 * included, and the id of the key is authenticated with it.
 *
 * Throws {@link PayloadKeyError} for a payload of a key that is not at hand, {@link PayloadForgedError} for one that was
 * altered.
 */
export function createPayloadCodec(keys: readonly PayloadKey[]): PayloadCodec {
  const [first] = keys;
  const known = new Map(keys.map((key) => [key.id, key]));
  return {
    encode: (payloads) =>
      Promise.resolve(first ? payloads.map((payload) => seal(payload, first)) : payloads),
    // Not a bare map: what goes wrong is a rejection, whoever calls.
    decode: async (payloads) => payloads.map((payload) => open(payload, known)),
  };
}

function seal(payload: Payload, key: PayloadKey): Payload {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key.secret, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(bytesOf(key.id));
  const sealed = [cipher.update(WirePayload.encode(payload).finish()), cipher.final()];
  return {
    metadata: { encoding: bytesOf(ENCODING), [KEY_ID]: bytesOf(key.id) },
    data: Buffer.concat([iv, cipher.getAuthTag(), ...sealed]),
  };
}

function open(payload: Payload, known: ReadonlyMap<string, PayloadKey>): Payload {
  const { encoding, [KEY_ID]: named } = payload.metadata ?? {};
  if (!encoding || textOf(encoding) !== ENCODING) return payload;
  const id = named ? textOf(named) : '';
  const key = known.get(id);
  if (!key) {
    throw new PayloadKeyError(
      `A payload is encrypted with the key ${JSON.stringify(id.slice(0, 64))}, which PAYLOAD_KEYS does not hold`,
    );
  }
  return WirePayload.decode(decrypted(Buffer.from(payload.data ?? []), key));
}

function decrypted(sealed: Buffer, { id, secret }: PayloadKey): Buffer {
  const iv = sealed.subarray(0, IV_BYTES);
  const tag = sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
  if (tag.length < TAG_BYTES) throw forged(id);
  const decipher = createDecipheriv(CIPHER, secret, iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(bytesOf(id)).setAuthTag(tag);
  try {
    const inside = sealed.subarray(IV_BYTES + TAG_BYTES);
    return Buffer.concat([decipher.update(inside), decipher.final()]);
  } catch {
    throw forged(id);
  }
}

function forged(id: string): PayloadForgedError {
  return new PayloadForgedError(
    `A payload was altered after it was encrypted, or its key "${id}" has another value here`,
  );
}
