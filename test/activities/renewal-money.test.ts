import { after, asWorkflow, SETTINGS } from './support/books';
import { pending, templatesOf } from './support/orders';
import { openItemsOf, paidFact, post, rub, suspense, workflowOf } from './support/payments';
import { openRenewalDesk } from './support/renewal-desk';
import { END_HOURS, moneyOf, PRICE, subscriptionRow, triesOf } from './support/renewals';

const desk = openRenewalDesk();
const { course, next, send, cancel } = desk.steps;
const { ordered } = desk;

describe('the money of a renewal', () => {
  test('begins the next period at the old end, once', async () => {
    const who = await ordered();
    await send(who);
    const fact = await moneyOf(desk.books, who);
    const first = await post(desk.books, fact, { asOf: after(END_HOURS + 3) });
    expect(first).toMatchObject({ kind: 'fulfilled', isRenewal: true });
    expect(await post(desk.books, fact, { asOf: after(END_HOURS + 4) })).toEqual(first);
    expect(await subscriptionRow(desk.books, who)).toMatchObject({ state: 'active', n: 1 });
    const periods = await desk.books.sql`
      select n, paid_by, starts_at from subscription_periods
      where subscription_id = ${who.subscriptionId} order by n`;
    expect(periods).toMatchObject([
      { n: 0, paid_by: 'invoice' },
      { n: 1, paid_by: 'saved_method', starts_at: new Date(after(END_HOURS)) },
    ]);
    expect(await triesOf(desk.books, who)).toEqual(['succeeded']);
    expect(await templatesOf(desk.books, who.userId)).toContain('sub.paid');
  });

  test('that comes after a refusal is the period all the same, and visible', async () => {
    const who = await ordered();
    const fact = await moneyOf(desk.books, who);
    desk.bank.charge = { kind: 'refused', code: 'insufficient_funds', isHard: false };
    await send(who);
    const outcome = await post(desk.books, fact, { asOf: after(END_HOURS + 3) });
    expect(outcome).toMatchObject({ kind: 'fulfilled', isLate: true });
    expect(await openItemsOf(desk.books, fact)).toEqual(['late_credit']);
    expect(await subscriptionRow(desk.books, who)).toMatchObject({ state: 'active', n: 1 });
  });

  test('T-P2 for a period that was paid otherwise becomes credit, with a note', async () => {
    const who = await ordered();
    await send(who);
    const fact = await moneyOf(desk.books, who);
    const other = await pending(desk.books, {
      userId: who.userId,
      slug: 'access-30',
      asOf: after(END_HOURS),
    });
    await post(desk.books, paidFact(other, { amount: PRICE }), { asOf: after(END_HOURS + 1) });
    expect(await subscriptionRow(desk.books, who)).toMatchObject({ state: 'active', n: 1 });
    const outcome = await post(desk.books, fact, { asOf: after(END_HOURS + 3) });
    expect(outcome).toMatchObject({ kind: 'fulfilled', as: 'wallet_credit' });
    expect(await openItemsOf(desk.books, fact)).toEqual(['duplicate_paid']);
    expect(await subscriptionRow(desk.books, who)).toMatchObject({ n: 1 });
    expect(await triesOf(desk.books, who)).toEqual(['succeeded']);
  });

  test('of a subscription that is over becomes credit', async () => {
    const who = await ordered();
    await send(who);
    const fact = await moneyOf(desk.books, who);
    await desk.books.sql`update subscriptions set state = 'ended', access = 'none'
      where id = ${who.subscriptionId}`;
    expect(await next(who)).toMatchObject({ kind: 'ask' });
    const outcome = await post(desk.books, fact, { asOf: after(END_HOURS + 3) });
    expect(outcome).toMatchObject({ as: 'wallet_credit' });
    expect(await openItemsOf(desk.books, fact)).toEqual(['late_credit']);
  });

  test('that was in flight when its owner cancelled waits to go back, and the access ends', async () => {
    const who = await ordered();
    await send(who);
    expect(await cancel(who)).toMatchObject({ effect: 'waits_for_charge' });
    const before = await suspense(desk.books);
    const outcome = await post(desk.books, await moneyOf(desk.books, who), {
      asOf: after(END_HOURS + 3),
    });
    expect(outcome).toMatchObject({ kind: 'duplicate', policy: 'refund' });
    expect((await suspense(desk.books)) - before).toBe(PRICE.minor);
    expect(await subscriptionRow(desk.books, who)).toMatchObject({
      state: 'expired',
      access: 'none',
    });
    expect(await templatesOf(desk.books, who.userId)).toContain('sub.cancelled_refund');
  });

  test('is kept by the setting until the end of what it paid', async () => {
    const who = await ordered();
    await send(who);
    await cancel(who);
    const keeping = desk.books.activities({
      settings: { ...SETTINGS, dunningCancelInflight: 'keep' },
    });
    const fact = await moneyOf(desk.books, who);
    const asOf = after(END_HOURS + 3);
    const outcome = await asWorkflow(workflowOf(fact), () =>
      keeping.postPayment({ provider: 'mock', fact, evidence: 'asked', asOf }),
    );
    expect(outcome).toMatchObject({ kind: 'fulfilled' });
    expect(await subscriptionRow(desk.books, who)).toMatchObject({ state: 'cancelling', n: 1 });
    expect(await next(who, END_HOURS + 3)).toMatchObject({ kind: 'expire' });
  });

  test('of another sum waits in suspense, and until that is decided nothing else is charged', async () => {
    const who = await ordered();
    await send(who);
    const fact = { ...(await moneyOf(desk.books, who)), amount: rub(PRICE.minor + 1) };
    const asOf = after(END_HOURS + 3);
    const outcome = await post(desk.books, fact, { asOf });
    expect(outcome).toMatchObject({ kind: 'quarantined', item: 'overpaid' });
    expect(await triesOf(desk.books, who)).toEqual(['succeeded']);
    const kinds = async () => (await course(who, END_HOURS + 4))?.steps.map(({ kind }) => kind);
    expect(await kinds()).toEqual(['restrict', 'expire']);
    const openItemKey = 'openItemKey' in outcome ? outcome.openItemKey : '';
    const operator = { operatorId: '1', reason: 'the bank rounded it up', asOf };
    await asWorkflow(workflowOf(fact), () =>
      desk.act.creditQuarantined({
        ...{ provider: 'mock', providerPaymentId: fact.providerPaymentId, fact, openItemKey },
        ...operator,
      }),
    );
    expect(await kinds()).toContain('renew');
  });
});
