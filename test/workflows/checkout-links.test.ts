import { randomUUID } from 'node:crypto';
import type { WireFact } from '../../src/domain/billing/payment';
import {
  cancelCheckoutUpdate,
  checkoutId,
  checkPaymentUpdate,
  openCheckoutUpdate,
} from '../../workflows/billing/contract';
import { fact, USER_ID } from './support/cast';
import { openTheatre, type Theatre } from './support/theatre';

// Some providers make a payment object that ends with a decline; the order behind it is still open.

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

const OWNER = { actor: { kind: 'user' as const, id: String(USER_ID) } };

/** An open order whose provider calls its objects `object-1`, `object-2` and so on, and says this of them. */
async function opened(told: () => readonly Partial<WireFact>[]) {
  let objects = 0;
  const invoiceId = randomUUID();
  theatre.play({
    createPayment: () => {
      objects += 1;
      const name = `object-${objects}`;
      return Promise.resolve({
        kind: 'created',
        url: `https://pay.example/${name}`,
        providerRef: name,
      });
    },
    askOrder: () =>
      Promise.resolve({
        kind: 'facts',
        facts: told().map((each) => fact('p', { invoiceId, ...each })),
      }),
  });
  const handle = await theatre.start('checkout', {
    workflowId: checkoutId(invoiceId),
    input: { invoiceId, userId: USER_ID, provider: 'mock' },
  });
  await handle.executeUpdate(openCheckoutUpdate);
  const check = () => handle.executeUpdate(checkPaymentUpdate, { args: [OWNER] });
  return { handle, check };
}

const declined = (object: string) => ({ providerPaymentId: object, state: 'failed' }) as const;

test('an order whose payment was declined for good gets a new link, once for each decline', async () => {
  let told = [declined('object-1')];
  const { check } = await opened(() => told);
  await check();
  await check();
  expect(theatre.calls('createPayment')[1]).toMatchObject({ after: 'object-1' });
  expect(theatre.calls('replaceLink')).toMatchObject([
    { url: 'https://pay.example/object-2', providerRef: 'object-2', provider: 'mock' },
  ]);
  told = [declined('object-1'), declined('object-2')];
  await check();
  expect(theatre.calls('replaceLink')).toHaveLength(2);
});

test('a declined try on a page that can be used again changes nothing', async () => {
  const { check } = await opened(() => [declined('one-of-many-tries')]);
  await check();
  expect(theatre.calls('createPayment')).toHaveLength(1);
  expect(theatre.calls('replaceLink')).toEqual([]);
});

test('money on its way is waited for, and no other link is made', async () => {
  const paid = { providerPaymentId: 'another', state: 'authorised' } as const;
  const { check } = await opened(() => [declined('object-1'), paid]);
  await check();
  expect(theatre.calls('replaceLink')).toEqual([]);
});

test('a provider that gives no new link is asked again with the next look', async () => {
  const { check } = await opened(() => [declined('object-1')]);
  theatre.recast({ createPayment: () => Promise.resolve({ kind: 'refused', reason: 'closed' }) });
  await check();
  expect(theatre.calls('replaceLink')).toEqual([]);
  theatre.recast({
    createPayment: () => Promise.resolve({ kind: 'created', url: 'https://pay.example/late' }),
  });
  await check();
  expect(theatre.calls('replaceLink')).toMatchObject([{ url: 'https://pay.example/late' }]);
});

test('a closed order gets no link', async () => {
  const { handle, check } = await opened(() => [declined('object-1')]);
  await handle.executeUpdate(cancelCheckoutUpdate, { args: [OWNER] });
  const before = theatre.calls('replaceLink').length;
  await check();
  expect(theatre.calls('replaceLink')).toHaveLength(before);
});
