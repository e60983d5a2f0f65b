import type { DataConverter } from '@temporalio/common';
import { createPayloadCodec } from './codec';
import type { PayloadKey } from './keys';

/** The file that the workflow bundle of encrypted payloads holds besides workflows. */
export const FAILURES_PATH = require.resolve('./failures');

/**
 * What every client and worker of every process is given. Without keys it encrypts nothing; what others encrypted is
 * then refused with the id of the missing key instead of being taken for an unknown format.
 */
export function dataConverter(keys: readonly PayloadKey[]): DataConverter {
  const payloadCodecs = [createPayloadCodec(keys)];
  return keys.length === 0
    ? { payloadCodecs }
    : { payloadCodecs, failureConverterPath: FAILURES_PATH };
}
