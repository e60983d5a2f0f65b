import { z } from 'zod';
import type { PayloadBytes } from './ports';

const base64 = z
  .string()
  .regex(/^[A-Za-z0-9+/_-]*={0,2}$/)
  .transform((text): Uint8Array => Buffer.from(text, 'base64'));

const body = z.object({
  payloads: z
    .array(
      z.object({
        metadata: z.record(z.string(), base64).optional(),
        data: base64.optional(),
      }),
    )
    .max(10_000),
});

/** The payloads of a request in Temporal's remote codec protocol: JSON of base64. Undefined for anything else. */
export function payloadsOf(json: unknown): PayloadBytes[] | undefined {
  const parsed = body.safeParse(json);
  if (!parsed.success) return undefined;
  return parsed.data.payloads.map(({ metadata = {}, data = new Uint8Array() }) => ({
    metadata,
    data,
  }));
}

/** The answer, in the same form. */
export function asJson(payloads: readonly PayloadBytes[]) {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  return {
    payloads: payloads.map(({ metadata, data }) => ({
      metadata: Object.fromEntries(
        Object.entries(metadata ?? {}).map(([name, value]) => [name, text(value)]),
      ),
      ...(data ? { data: text(data) } : {}),
    })),
  };
}
