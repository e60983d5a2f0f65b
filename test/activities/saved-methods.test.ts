import type { SavedMethodOutcome } from '../../src/payments/provider';
import {
  asWorkflow,
  checkBooks,
  fakeProvider,
  NOON,
  openBooks,
  type Activities,
  type Books,
} from './support/books';
import { pending, templatesOf } from './support/orders';
import { paidFact, post, rub } from './support/payments';

let books: Books;
let keeping: Activities;
let saved: SavedMethodOutcome;

beforeAll(async () => {
  books = await openBooks();
  const savedMethod = () => Promise.resolve(saved);
  keeping = books.activities({ providers: new Map([['mock', fakeProvider({ savedMethod })]]) });
});
beforeEach(() => {
  const method = { token: 'card-token', label: 'Visa •• 4242', expiresOn: '2029-12-31' };
  saved = { kind: 'saved', method };
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

describe('keepMethod', () => {
  const keep = (order: { invoiceId: string; paymentId: string }) =>
    asWorkflow(`pay:mock:${order.paymentId}`, () =>
      keeping.keepMethod({
        provider: 'mock',
        providerPaymentId: order.paymentId,
        invoiceId: order.invoiceId,
        asOf: NOON,
      }),
    );

  async function paidOrder(savesMethod: boolean) {
    const order = await pending(books, { amountMinor: 50_000 });
    await books.sql`
      update invoices set saves_method = ${savesMethod} where id = ${order.invoiceId}`;
    const fact = paidFact(order, { amount: rub(50_000) });
    await post(books, fact);
    return { ...order, paymentId: fact.providerPaymentId };
  }
  const methodsOf = (userId: number) =>
    books.sql`select label, state, first_charge_id from payment_methods where user_id = ${userId}`;

  test('seals the token of a card whose owner agreed, once', async () => {
    const order = await paidOrder(true);
    expect(await keep(order)).toEqual({ kind: 'kept' });
    expect(await keep(order)).toEqual({ kind: 'kept' });
    expect(await methodsOf(order.userId)).toEqual([
      { label: 'Visa •• 4242', state: 'active', first_charge_id: order.paymentId },
    ]);
    const [row] = await books.sql`
      select token_enc from payment_methods where user_id = ${order.userId}`;
    expect((row?.['token_enc'] as Buffer).includes('card-token')).toBe(false);
    expect(await templatesOf(books, order.userId)).toContain('method.saved');
  });

  test('keeps nothing of an order that did not ask for it', async () => {
    const order = await paidOrder(false);
    expect(await keep(order)).toEqual({ kind: 'none' });
    expect(await methodsOf(order.userId)).toEqual([]);
  });

  test('keeps nothing where the payer did not leave the card', async () => {
    const order = await paidOrder(true);
    saved = { kind: 'none' };
    expect(await keep(order)).toEqual({ kind: 'none' });
    expect(await methodsOf(order.userId)).toEqual([]);
  });

  test('throws on an unclear answer, so that it is asked again', async () => {
    const order = await paidOrder(true);
    saved = { kind: 'unknown', reason: 'no answer' };
    await expect(keep(order)).rejects.toThrow('no answer');
  });
});
