import { v7 } from 'uuid';
import type { PaymentFact } from '../../src/payments/provider';
import { after, asWorkflow } from './support/books';
import { freezeMoney, templatesOf } from './support/orders';
import { openItemsOf, post } from './support/payments';
import { openRenewalDesk } from './support/renewal-desk';
import {
  cardSubscriber,
  END_HOURS,
  moneyOf,
  orderOf,
  PRICE,
  subscriptionRow,
  triesOf,
} from './support/renewals';

const DAY = 24;

const desk = openRenewalDesk();
const { course, next, take, send, ask, cancel } = desk.steps;
const { ordered } = desk;

const failed = (code: string, isHard: boolean): PaymentFact[] => [
  {
    ...{ providerPaymentId: 'f1', state: 'failed', amount: PRICE, invoiceNo: undefined },
    ...{ invoiceId: undefined, userId: undefined, paidAt: undefined, decline: { code, isHard } },
  },
];

describe('an order whose buyer lets their card renew it', () => {
  test('makes the card the driver of its subscription, with the consent on record', async () => {
    const who = await cardSubscriber(desk.books, desk.act);
    expect(await subscriptionRow(desk.books, who)).toMatchObject({
      driver: 'saved_method',
      renews: true,
    });
    const consents = await desk.books.sql`
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
    const userId = await desk.books.newUser();
    const invoiceId = await desk.books.quote({ userId, slug: 'basic' });
    const renewal = { by: 'saved_method', textVersion: 'v', textHash: 'h' } as const;
    await asWorkflow(`checkout:${invoiceId}`, () =>
      desk.act.openInvoice({ invoiceId, userId, provider: 'mock', renewal, asOf: after(0) }),
    );
    const [row] = await desk.books.sql`
      select renews_by, saves_method, consent_id from invoices where id = ${invoiceId}`;
    expect(row).toEqual({ renews_by: 'none', saves_method: false, consent_id: null });
  });
});

describe('the renewal of a saved method', () => {
  test('orders one charge at the price that was sold, and the period is unpaid from then on', async () => {
    const who = await ordered();
    expect(await take(who, 'renew:0')).toEqual({ kind: 'moved' });
    const rows = await desk.books.sql`
      select a.key, a.state, a.amount_minor::int as minor, i.is_automatic, q.purpose
      from attempts a join invoices i on i.id = a.invoice_id join quotes q on q.id = i.quote_id
      where a.subscription_id = ${who.subscriptionId}`;
    expect(rows).toEqual([
      {
        key: `sub:${who.subscriptionId}:p1:renew:a0`,
        ...{ state: 'created', minor: 19_900, is_automatic: true, purpose: 'renewal' },
      },
    ]);
    expect(await subscriptionRow(desk.books, who)).toMatchObject({
      state: 'past_due',
      access: 'full',
    });
    expect(await next(who)).toMatchObject({ kind: 'send' });
  });

  test('charges nobody whose money is frozen, and tells why', async () => {
    const who = await cardSubscriber(desk.books, desk.act);
    await freezeMoney(desk.books, who.userId);
    await take(who, 'renew:0');
    expect(await triesOf(desk.books, who)).toEqual([]);
    expect(await templatesOf(desk.books, who.userId)).toContain('sub.failed');
  });

  test('charges nobody who took the consent back, and does not try again', async () => {
    const who = await cardSubscriber(desk.books, desk.act);
    await desk.books.sql`update consents set withdrawn_at = now()
      where user_id = ${who.userId} and kind = 'autopay'`;
    await take(who, 'renew:0');
    const steps = (await course(who))?.steps ?? [];
    expect(steps.map(({ kind }) => kind)).toEqual(['restrict', 'expire']);
    expect(await triesOf(desk.books, who)).toEqual([]);
  });
});

describe('sendRenewalCharge', () => {
  test('sends the charge under the key of its attempt, and only once', async () => {
    const who = await ordered();
    desk.bank.charge = { kind: 'paid', providerPaymentId: 'mp_1' };
    expect(await send(who)).toMatchObject({
      kind: 'fact',
      provider: 'mock',
      fact: { providerPaymentId: 'mp_1', state: 'paid', amount: PRICE },
    });
    await post(desk.books, await moneyOf(desk.books, who), { asOf: after(END_HOURS) });
    expect(await send(who)).toMatchObject({ kind: 'over' });
    expect(desk.bank.charged.map(({ key }) => key)).toEqual([
      `sub:${who.subscriptionId}:p1:renew:a0`,
    ]);
  });

  test('voids the charge when its owner cancelled before it was sent', async () => {
    const who = await ordered();
    expect(await cancel(who)).toMatchObject({ kind: 'done', effect: 'waits_for_charge' });
    expect(await send(who)).toMatchObject({ kind: 'over' });
    expect(desk.bank.charged).toEqual([]);
    expect(await triesOf(desk.books, who)).toEqual(['void']);
    expect(await subscriptionRow(desk.books, who)).toMatchObject({
      state: 'expired',
      access: 'none',
    });
  });

  test('books a soft refusal and names the next try', async () => {
    const who = await ordered();
    desk.bank.charge = { kind: 'refused', code: 'insufficient_funds', isHard: false };
    expect(await send(who)).toMatchObject({ kind: 'over' });
    expect(await send(who)).toMatchObject({ kind: 'over' });
    expect(await triesOf(desk.books, who)).toEqual(['failed_soft']);
    expect((await orderOf(desk.books, who)).state).toBe('cancelled');
    expect(await next(who)).toMatchObject({ name: 'renew:1', at: after(END_HOURS + DAY) });
    expect(await templatesOf(desk.books, who.userId)).toContain('sub.failed');
  });

  test('after a hard refusal tries that card no more', async () => {
    const who = await ordered();
    desk.bank.charge = { kind: 'refused', code: 'stolen_card', isHard: true };
    await send(who);
    const steps = (await course(who))?.steps ?? [];
    expect(steps.map(({ kind }) => kind)).toEqual(['restrict', 'expire']);
    const [told] = await desk.books.sql`
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
    expect(await triesOf(desk.books, who)).toEqual(['unknown']);
  });

  test('tells its owner after a while and the operators after the deadline, once each', async () => {
    const who = await ordered();
    await send(who);
    for (const hours of [1, 2, 80, 81]) await ask(who, END_HOURS + hours);
    const told = (await templatesOf(desk.books, who.userId)).filter(
      (each) => each === 'sub.confirming',
    );
    expect(told).toHaveLength(1);
    const items = await desk.books.sql`
      select kind from open_items where user_id = ${who.userId}`;
    expect(items).toEqual([{ kind: 'unknown_outcome' }]);
  });

  test('lets the same charge be sent again when the provider knows of none', async () => {
    const who = await ordered();
    await send(who);
    desk.bank.facts = [];
    expect(await ask(who)).toEqual({ kind: 'none' });
    await send(who);
    expect(new Set(desk.bank.charged.map(({ key }) => key)).size).toBe(1);
  });

  test('books a refusal the provider tells later, once', async () => {
    const who = await ordered();
    await send(who);
    desk.bank.facts = failed('insufficient_funds', false);
    expect(await ask(who)).toMatchObject({ kind: 'over' });
    expect(await ask(who)).toMatchObject({ kind: 'over' });
    expect(await triesOf(desk.books, who)).toEqual(['failed_soft']);
  });

  test('ends a cancelled subscription at once when the charge was refused', async () => {
    const who = await ordered();
    await send(who);
    await cancel(who);
    desk.bank.facts = failed('insufficient_funds', false);
    await ask(who);
    expect(await subscriptionRow(desk.books, who)).toMatchObject({ state: 'expired' });
  });

  test('skips the tries that were planned while the outcome was unknown', async () => {
    const who = await ordered();
    await send(who);
    desk.bank.facts = failed('insufficient_funds', false);
    const hours = END_HOURS + 4 * DAY;
    await ask(who, hours);
    const steps = (await course(who, hours))?.steps ?? [];
    expect(steps.filter(({ kind }) => kind === 'renew').map(({ name }) => name)).toEqual([
      'renew:3',
      'renew:4',
    ]);
  });
});

describe('a charge that nobody can say anything about', () => {
  const LAST = END_HOURS + 72 + 30 * DAY;
  const OVER = LAST + 1;
  const kindsAt = async (who: Parameters<typeof course>[0], hours: number) =>
    ((await course(who, hours))?.steps ?? []).map(({ kind }) => kind);
  const itemsOf = async (userId: number) => {
    const rows = await desk.books.sql`select kind from open_items where user_id = ${userId}`;
    return rows.map(({ kind }) => String(kind));
  };

  test('is asked about for thirty days past the deadline, and then the subscription is over', async () => {
    const who = await ordered();
    await send(who);
    await ask(who, LAST);
    expect(await kindsAt(who, LAST)).toEqual(['restrict', 'ask']);
    expect(await kindsAt(who, OVER)).toEqual(['restrict', 'expire']);
    await take(who, 'restrict', OVER);
    await take(who, 'expire', OVER);
    expect(await subscriptionRow(desk.books, who)).toMatchObject({ state: 'expired' });
    expect(await triesOf(desk.books, who)).toEqual(['unknown']);
    expect(await kindsAt(who, OVER)).toEqual([]);
    expect(await itemsOf(who.userId)).toEqual(['unknown_outcome']);
  });

  test('is an operator’s also when no worker was there to ask', async () => {
    const who = await ordered();
    await send(who);
    for (const name of ['restrict', 'expire']) await take(who, name, OVER);
    expect(await itemsOf(who.userId)).toEqual(['unknown_outcome']);
  });

  test('leaves no room for a second one of the same period, whatever card there is', async () => {
    const who = await ordered();
    await send(who);
    const id = v7();
    await desk.books.sql`
      insert into payment_methods (id, user_id, provider, token_enc, label, state, first_charge_id)
      values (${id}, ${who.userId}, 'mock', '\\x00', 'New •• 1', 'active', ${id})`;
    await desk.books
      .sql`update subscriptions set method_id = ${id} where id = ${who.subscriptionId}`;
    expect(await kindsAt(who, OVER)).toEqual(['restrict', 'expire']);
    const actor = { kind: 'operator', id: '1' } as const;
    const wished = { actor, reason: 'days for the trouble', days: 40 };
    await asWorkflow(`sub:${who.subscriptionId}`, () =>
      desk.act.grantWish({
        ...{ subscriptionId: who.subscriptionId, updateId: 'u2', asOf: after(OVER) },
        ...{ kind: 'editTimeline', wished },
      }),
    );
    // The same period is up for renewal once more.
    expect(await subscriptionRow(desk.books, who)).toMatchObject({ state: 'active' });
    expect(await take(who, 'renew:0', END_HOURS + 40 * DAY)).toMatchObject({ kind: 'done' });
    expect(await triesOf(desk.books, who)).toEqual(['unknown']);
    expect(await subscriptionRow(desk.books, who)).toMatchObject({ state: 'past_due' });
  });

  test('is credit when its money comes after all', async () => {
    const who = await ordered();
    await send(who);
    const fact = await moneyOf(desk.books, who);
    for (const name of ['restrict', 'expire']) await take(who, name, OVER);
    const outcome = await post(desk.books, fact, { asOf: after(OVER + 1) });
    expect(outcome).toMatchObject({ as: 'wallet_credit' });
    expect(await openItemsOf(desk.books, fact)).toEqual(['late_credit']);
    expect(await triesOf(desk.books, who)).toEqual(['succeeded']);
  });
});
