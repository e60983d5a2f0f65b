import { defaultPayloadConverter } from '@temporalio/common';
import { createPayloadCodec } from './codec';
import type { PayloadKey } from './keys';

const PROBE = 'sealed and opened';

/** Seals and opens something under every key; throws for the first that does not give it back, naming its id. */
export async function requireUsable(keys: readonly PayloadKey[]): Promise<void> {
  for (const key of keys) {
    const codec = createPayloadCodec([key]);
    const payload = defaultPayloadConverter.toPayload(PROBE);
    const [opened] = await codec.decode(await codec.encode([payload]));
    const isSame = opened !== undefined && defaultPayloadConverter.fromPayload(opened) === PROBE;
    if (!isSame) throw new Error(`the key ${key.id} of PAYLOAD_KEYS does not open what it sealed`);
  }
}
