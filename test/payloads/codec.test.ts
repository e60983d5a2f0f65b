import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import fc from 'fast-check';
import { createPayloadCodec } from '../../src/payloads/codec';
import { dataConverter } from '../../src/payloads/converter';
import { failureConverter } from '../../src/payloads/failures';
import { PayloadForgedError, PayloadKeyError, type PayloadKey } from '../../src/payloads/keys';
import { encodingOf, keyIdOf, payloadKey } from '../support/payloads';

const K1 = payloadKey('k1', 1);
const K2 = payloadKey('k2', 2);

const bytes = fc.uint8Array({ maxLength: 300 });
const payloads: fc.Arbitrary<Payload> = fc.record({
  metadata: fc.dictionary(fc.string({ minLength: 1 }), bytes),
  data: bytes,
});

/** Members in bytes alone, so that a buffer equals an array. */
function plain({ metadata, data }: Payload) {
  const members = Object.entries(metadata ?? {}).map(
    ([name, value]) => [name, [...value]] as const,
  );
  return { metadata: Object.fromEntries(members), data: [...(data ?? [])] };
}

async function sealed(payload: Payload, keys: readonly PayloadKey[] = [K1]): Promise<Payload> {
  const [one] = await createPayloadCodec(keys).encode([payload]);
  if (!one) throw new Error('nothing was encoded');
  return one;
}

const opened = async (payload: Payload, keys: readonly PayloadKey[]) => {
  const [one] = await createPayloadCodec(keys).decode([payload]);
  return one;
};

const json = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);

test('every payload comes back as it left, its own metadata included', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(payloads, { maxLength: 5 }), async (many) => {
      const codec = createPayloadCodec([K1]);
      const encoded = await codec.encode(many);
      expect(encoded.every((one) => encodingOf(one) === 'binary/encrypted')).toBe(true);
      expect((await codec.decode(encoded)).map(plain)).toEqual(many.map(plain));
    }),
  );
});

test('nothing of a payload stays readable, and nobody sees that two are equal', async () => {
  const secret = json({ name: 'Maria', amountMinor: 49_900 });
  const [one, another] = [await sealed(secret), await sealed(secret)];
  const text = JSON.stringify(plain(one)) + Buffer.from(one.data ?? []).toString('latin1');
  expect(text).not.toMatch(/Maria|49900|json/);
  expect(plain(one)).not.toEqual(plain(another));
  expect(Object.keys(one.metadata ?? {})).toEqual(['encoding', 'encryption-key-id']);
});

test('an altered byte of IV, tag or ciphertext is noticed, wherever it is', async () => {
  const altering = fc.record({
    payload: payloads,
    at: fc.nat(),
    flip: fc.integer({ min: 1, max: 255 }),
  });
  await fc.assert(
    fc.asyncProperty(altering, async ({ payload, at, flip }) => {
      const one = await sealed(payload);
      const data = Buffer.from(one.data ?? []);
      const place = at % data.length;
      data[place] = (data[place] ?? 0) ^ flip;
      await expect(opened({ ...one, data }, [K1])).rejects.toThrow(PayloadForgedError);
    }),
  );
});

test.each([0, 11, 12, 27])('data cut to %i bytes is noticed', async (length) => {
  const one = await sealed(json('x'));
  const data = (one.data ?? new Uint8Array()).subarray(0, length);
  await expect(opened({ ...one, data }, [K1])).rejects.toThrow(PayloadForgedError);
});

test('a payload that names another key than its own is noticed, also when both have the same bytes', async () => {
  const twin: PayloadKey = { id: 'twin', secret: K1.secret };
  const one = await sealed(json('x'));
  const renamed = { ...one.metadata, 'encryption-key-id': Buffer.from('twin') };
  await expect(opened({ ...one, metadata: renamed }, [K1, twin])).rejects.toThrow(
    PayloadForgedError,
  );
});

test('a key of the same name with other bytes opens nothing', async () => {
  const one = await sealed(json('x'));
  await expect(opened(one, [payloadKey('k1', 9)])).rejects.toThrow('its key "k1"');
});

test('the first key encrypts, the others still decrypt', async () => {
  const old = await sealed(json('before'), [K1]);
  const young = await sealed(json('after'), [K2, K1]);
  expect([keyIdOf(old), keyIdOf(young)]).toEqual(['k1', 'k2']);
  for (const one of [old, young]) expect(await opened(one, [K2, K1])).toBeDefined();
});

test('a removed key is an error that names it, and says nothing of the keys at hand', async () => {
  const secret = randomBytes(32);
  const one = await sealed(json('x'), [K1]);
  const refused = opened(one, [{ id: 'k2', secret }]);
  await expect(refused).rejects.toThrow(PayloadKeyError);
  const message = await refused.then(String, String);
  expect(message).toMatch(/"k1".*PAYLOAD_KEYS/);
  for (const form of ['base64', 'hex', 'latin1'] as const) {
    expect(message).not.toContain(secret.toString(form));
  }
});

test('what was never encrypted passes, and without keys nothing is encrypted', async () => {
  const old = json({ any: 'thing' });
  expect(await opened(old, [K1])).toBe(old);
  expect(await sealed(old, [])).toBe(old);
  await expect(opened(await sealed(old), [])).rejects.toThrow('"k1"');
});

test('a failure keeps its type and hides its message and stack; without keys both stay readable', () => {
  const failure = failureConverter.errorToFailure(new Error('Maria owes'), defaultPayloadConverter);
  expect(failure).toMatchObject({ message: 'Encoded failure', stackTrace: '' });
  const back = failureConverter.failureToError(failure, defaultPayloadConverter);
  expect(back.message).toBe('Maria owes');
  expect(dataConverter([]).failureConverterPath).toBeUndefined();
  expect(dataConverter([K1]).failureConverterPath).toMatch(/failures/);
});
