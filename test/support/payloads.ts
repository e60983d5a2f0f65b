import type { DataConverter, Payload } from '@temporalio/common';
import { dataConverter } from '../../src/payloads/converter';
import type { PayloadKey } from '../../src/payloads/keys';
import { encryptedBundle } from './servers/bundle';

/** A key whose every byte is the same: it hides nothing from whoever reads this. */
export function payloadKey(id: string, byte: number): PayloadKey {
  return { id, secret: new Uint8Array(32).fill(byte) };
}

interface Conversion {
  readonly client: { readonly dataConverter?: DataConverter };
  readonly worker: { readonly dataConverter?: DataConverter; readonly workflowBundlePath?: string };
}

/** What clients and workers are given for these keys; nothing without. */
export async function conversionOf(keys: readonly PayloadKey[] | undefined): Promise<Conversion> {
  if (keys === undefined) return { client: {}, worker: {} };
  const client = { dataConverter: dataConverter(keys) };
  return { client, worker: { ...client, workflowBundlePath: await encryptedBundle() } };
}

/** A payload of a history, with the member under which it stands. */
export interface Found {
  readonly path: string;
  readonly payload: Payload;
}

/**
 * Every payload inside a message of Temporal. Search attributes are payloads too, but of the server: it indexes them.
 */
export function payloadsIn(message: unknown, path = ''): Found[] {
  if (typeof message !== 'object' || message === null || message instanceof Uint8Array) return [];
  if (isPayload(message)) return [{ path, payload: message }];
  return Object.entries(message)
    .filter(([name]) => name !== 'searchAttributes')
    .flatMap(([name, inside]) => payloadsIn(inside, `${path}.${name}`));
}

function isPayload(message: object): message is Payload {
  const { metadata } = message as { metadata?: Record<string, unknown> | null };
  return metadata?.['encoding'] instanceof Uint8Array;
}

/** What a payload says about itself. */
export function encodingOf({ metadata }: Payload): string {
  return Buffer.from(metadata?.['encoding'] ?? []).toString();
}

export function keyIdOf({ metadata }: Payload): string {
  return Buffer.from(metadata?.['encryption-key-id'] ?? []).toString();
}
