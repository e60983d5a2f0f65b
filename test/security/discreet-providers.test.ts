import { discreetProviders } from '../../src/main/discreet-providers';
import { hiding } from '../../src/log';
import { mockProvider } from '../../src/payments/mock';

const SECRET = 'a-secret-of-ours';
const mock = mockProvider({
  ...{ baseUrl: 'http://127.0.0.1:1', apiKey: 'k' },
  credentials: { merchantLogin: 'm', password1: '1st', password2: '2nd', hash: 'md5' },
});

test('what a provider repeats of our secrets stands in none of its answers', async () => {
  const reply = () => ({ status: 200, contentType: 'text/plain', body: 'ok' });
  const parrot = {
    ...mock,
    createPayment: async () => ({ kind: 'refused', reason: `no: ${SECRET}` }) as const,
    check: () => Promise.reject(new Error('away')),
    verify: async () =>
      ({ verified: 'no', dedupeKey: 'd', reason: SECRET, claimedInvoiceNo: 5 }) as const,
    answer: reply,
  };
  const [discreet] = discreetProviders(new Map([['mock', parrot]]), hiding([SECRET])).values();
  expect(await discreet?.createPayment(undefined as never, 'key')).toEqual({
    ...{ kind: 'refused', reason: 'no: [redacted]' },
  });
  expect(await discreet?.verify(undefined as never)).toMatchObject({
    ...{ reason: '[redacted]', claimedInvoiceNo: 5 },
  });
  await expect(discreet?.check?.()).rejects.toThrow('away');
  expect(discreet?.answer(undefined as never)).toEqual(reply());
  expect(discreet?.capabilities).toBe(mock.capabilities);
});
