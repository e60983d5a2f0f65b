/** A key for payloads, known to every process by the same name. */
export interface PayloadKey {
  /** Stands readable beside every payload that this key encrypts. */
  readonly id: string;
  /** 32 bytes. */
  readonly secret: Uint8Array;
}

/** A payload cannot be read with the keys at hand. The message names the key, never its bytes. */
export class PayloadKeyError extends Error {
  override readonly name = 'PayloadKeyError';
}

/** A payload is not what its key once sealed. */
export class PayloadForgedError extends Error {
  override readonly name = 'PayloadForgedError';
}
