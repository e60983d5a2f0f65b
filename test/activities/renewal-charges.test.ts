import type { PaymentFact } from '../../src/payments/provider';
import {
  after,
  asWorkflow,
  checkBooks,
  openBooks,
  type Activities,
  type Books,
} from './support/books';
import { freezeMoney, templatesOf } from './support/orders';
import { post } from './support/payments';
import {
  cardSubscriber,
  END_HOURS,
  moneyOf,
  orderOf,
  PRICE,
  renewalSteps,
  subscriptionRow,
  testBank,
  triesOf,
  type Subscriber,
  type TestBank,
} from './support/renewals';

const DAY = 24;

let books: Books;
let bank: TestBank;
let act: Activities;
const { course, next, take, send, ask, cancel } = renewalSteps(() => act);

beforeAll(async () => {
  books = await openBooks();
});
beforeEach(() => {
  bank = testBank();
  act = books.activities({ providers: new Map([['mock', bank.provider]]) });
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

/** Somebody whose period has ended and whose charge is ordered. */
async function ordered(): Promise<Subscriber> {
  const who = await cardSubscriber(books, act);
  await take(who, 'renew:0');
  return who;
}

const failed = (code: string, isHard: boolean): PaymentFact[] => [
  {
    ...{ providerPaymentId: 'f1', state: 'failed', amount: PRICE, invoiceNo: undefined },
    ...{ invoiceId: undefined, userId: undefined, paidAt: undefined, decline: { code, isHard } },
  },
];

describe('an order whose buyer lets their card renew it', () => {
  test('makes the card the driver of its subscription, with the consent on record', async () => {
    const who = await cardSubscriber(books, act);
    expect(await subscriptionRow(books, who)).toMatchObject({
      driver: 'saved_method',
      renews: true,
    });
    const consents = await books.sql`
      select c.kind, c.text_version from subscriptions s join consents c on c.id = s.consent_id
      where s.id = ${who.subscriptionId}`;
    expect(consents).toEqual([{ kind: 'autopay', text_version: 'autopay-1' }]);
    const steps = (await course(who))?.steps ?? [];
    expect(steps.find(({ kind }) => kind === 'renew')).toMatchObject({
      name: 'renew:0',
      price: { kind: 'money', amountMinor: 19_900, currency: 'RUB' },
    });
  });

  test('drops the wish for a pack, which nobody can renew', async () => {
    const userId = await books.newUser();
    const invoiceId = await books.quote({ userId, slug: 'basic' });
    const renewal = { by: 'saved_method', textVersion: 'v', textHash: 'h' } as const;
    await asWorkflow(`checkout:${invoiceId}`, () =>
      act.openInvoice({ invoiceId, userId, provider: 'mock', renewal, asOf: after(0) }),
    );
    const [row] = await books.sql`
      select renews_by, saves_method, consent_id from invoices where id = ${invoiceId}`;
    expect(row).toEqual({ renews_by: 'none', saves_method: false, consent_id: null });
  });
});

describe('the renewal of a saved method', () => {
  test('orders one charge at the price that was sold, and the period is unpaid from then on', async () => {
    const who = await ordered();
    expect(await take(who, 'renew:0')).toEqual({ kind: 'moved' });
    const rows = await books.sql`
      select a.key, a.state, a.amount_minor::int as minor, i.is_automatic, q.purpose
      from attempts a join invoices i on i.id = a.invoice_id join quotes q on q.id = i.quote_id
      where a.subscription_id = ${who.subscriptionId}`;
    expect(rows).toEqual([
      {
        key: `sub:${who.subscriptionId}:p1:renew:a0`,
        ...{ state: 'created', minor: 19_900, is_automatic: true, purpose: 'renewal' },
      },
    ]);
    expect(await subscriptionRow(books, who)).toMatchObject({ state: 'past_due', access: 'full' });
    expect(await next(who)).toMatchObject({ kind: 'send' });
  });

  test('charges nobody whose money is frozen, and tells why', async () => {
    const who = await cardSubscriber(books, act);
    await freezeMoney(books, who.userId);
    await take(who, 'renew:0');
    expect(await triesOf(books, who)).toEqual([]);
    expect(await templatesOf(books, who.userId)).toContain('sub.failed');
  });

  test('charges nobody who took the consent back, and does not try again', async () => {
    const who = await cardSubscriber(books, act);
    await books.sql`update consents set withdrawn_at = now()
      where user_id = ${who.userId} and kind = 'autopay'`;
    await take(who, 'renew:0');
    const steps = (await course(who))?.steps ?? [];
    expect(steps.map(({ kind }) => kind)).toEqual(['restrict', 'expire']);
    expect(await triesOf(books, who)).toEqual([]);
  });
});

describe('sendRenewalCharge', () => {
  test('sends the charge under the key of its attempt, and only once', async () => {
    const who = await ordered();
    bank.charge = { kind: 'paid', providerPaymentId: 'mp_1' };
    expect(await send(who)).toMatchObject({
      kind: 'fact',
      provider: 'mock',
      fact: { providerPaymentId: 'mp_1', state: 'paid', amount: PRICE },
    });
    await post(books, await moneyOf(books, who), { asOf: after(END_HOURS) });
    expect(await send(who)).toMatchObject({ kind: 'over' });
    expect(bank.charged.map(({ key }) => key)).toEqual([`sub:${who.subscriptionId}:p1:renew:a0`]);
  });

  test('voids the charge when its owner cancelled before it was sent', async () => {
    const who = await ordered();
    expect(await cancel(who)).toMatchObject({ kind: 'done', effect: 'waits_for_charge' });
    expect(await send(who)).toMatchObject({ kind: 'over' });
    expect(bank.charged).toEqual([]);
    expect(await triesOf(books, who)).toEqual(['void']);
    expect(await subscriptionRow(books, who)).toMatchObject({ state: 'expired', access: 'none' });
  });

  test('books a soft refusal and names the next try', async () => {
    const who = await ordered();
    bank.charge = { kind: 'refused', code: 'insufficient_funds', isHard: false };
    expect(await send(who)).toMatchObject({ kind: 'over' });
    expect(await send(who)).toMatchObject({ kind: 'over' });
    expect(await triesOf(books, who)).toEqual(['failed_soft']);
    expect((await orderOf(books, who)).state).toBe('cancelled');
    expect(await next(who)).toMatchObject({ name: 'renew:1', at: after(END_HOURS + DAY) });
    expect(await templatesOf(books, who.userId)).toContain('sub.failed');
  });

  test('after a hard refusal tries that card no more', async () => {
    const who = await ordered();
    bank.charge = { kind: 'refused', code: 'stolen_card', isHard: true };
    await send(who);
    const steps = (await course(who))?.steps ?? [];
    expect(steps.map(({ kind }) => kind)).toEqual(['restrict', 'expire']);
    const [told] = await books.sql`
      select params->>'reason' as reason from outbox_messages
      where user_id = ${who.userId} and template = 'sub.failed'`;
    expect(told).toEqual({ reason: 'refused' });
  });
});

describe('askRenewalCharge', () => {
  test('counts its questions, and an unknown outcome holds every other step back', async () => {
    const who = await ordered();
    await send(who);
    expect(await next(who)).toMatchObject({ kind: 'ask', name: 'ask:0' });
    expect(await ask(who)).toEqual({ kind: 'unknown', reason: 'no answer' });
    expect(await next(who)).toMatchObject({ kind: 'ask', name: 'ask:1' });
    expect((await course(who, END_HOURS + 1))?.charge).toMatchObject({ isStuck: true });
    expect(await triesOf(books, who)).toEqual(['unknown']);
  });

  test('tells its owner after a while and the operators after the deadline, once each', async () => {
    const who = await ordered();
    await send(who);
    for (const hours of [1, 2, 80, 81]) await ask(who, END_HOURS + hours);
    const told = (await templatesOf(books, who.userId)).filter((each) => each === 'sub.confirming');
    expect(told).toHaveLength(1);
    const items = await books.sql`
      select kind from open_items where user_id = ${who.userId}`;
    expect(items).toEqual([{ kind: 'unknown_outcome' }]);
  });

  test('lets the same charge be sent again when the provider knows of none', async () => {
    const who = await ordered();
    await send(who);
    bank.facts = [];
    expect(await ask(who)).toEqual({ kind: 'none' });
    await send(who);
    expect(new Set(bank.charged.map(({ key }) => key)).size).toBe(1);
  });

  test('books a refusal the provider tells later, once', async () => {
    const who = await ordered();
    await send(who);
    bank.facts = failed('insufficient_funds', false);
    expect(await ask(who)).toMatchObject({ kind: 'over' });
    expect(await ask(who)).toMatchObject({ kind: 'over' });
    expect(await triesOf(books, who)).toEqual(['failed_soft']);
  });

  test('ends a cancelled subscription at once when the charge was refused', async () => {
    const who = await ordered();
    await send(who);
    await cancel(who);
    bank.facts = failed('insufficient_funds', false);
    await ask(who);
    expect(await subscriptionRow(books, who)).toMatchObject({ state: 'expired' });
  });

  test('skips the tries that were planned while the outcome was unknown', async () => {
    const who = await ordered();
    await send(who);
    bank.facts = failed('insufficient_funds', false);
    const hours = END_HOURS + 4 * DAY;
    await ask(who, hours);
    const steps = (await course(who, hours))?.steps ?? [];
    expect(steps.filter(({ kind }) => kind === 'renew').map(({ name }) => name)).toEqual([
      'renew:3',
      'renew:4',
    ]);
  });
});
