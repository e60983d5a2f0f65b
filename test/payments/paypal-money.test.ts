import { startPaypalBench } from './support/paypal-bench';
import type { PaypalBench } from './support/paypal-bench';

let bench: PaypalBench;
beforeEach(async () => {
  bench = await startPaypalBench();
});
afterEach(() => bench.paypal.stop());

const refundOf = (providerPaymentId: string, minor: number, key = 'refund:one') => ({
  ...{ providerPaymentId, userId: 77, key },
  amount: { minor, currency: 'EUR', exponent: 2 },
});
const asked = (providerPaymentId: string) =>
  bench.provider.ask({ by: 'payment', providerPaymentId });

describe('money that goes back', () => {
  test('is what PayPal tells of the payment afterwards, in parts and whole', async () => {
    const terms = bench.order();
    const { id } = await bench.paid(terms);
    await bench.provider.refund(refundOf(id, 100, 'refund:part'));
    const part = { facts: [{ state: 'partially_refunded', refundedMinor: 100 }] };
    expect(await asked(id)).toMatchObject(part);
    expect(await bench.ask(terms)).toMatchObject(part);
    const { minor } = terms.amount;
    await bench.provider.refund(refundOf(id, minor - 100, 'refund:rest'));
    expect(await asked(id)).toMatchObject({ facts: [{ state: 'refunded', refundedMinor: minor }] });
  });

  test('already, all of it, is done; beyond what is left is refused', async () => {
    const terms = bench.order();
    const { minor } = terms.amount;
    const { id } = await bench.paid(terms);
    expect(await bench.provider.refund(refundOf(id, minor + 1))).toMatchObject({
      ...{ kind: 'refused', reason: expect.stringContaining('REFUND_AMOUNT_EXCEEDED') },
    });
    await bench.provider.refund(refundOf(id, minor, 'refund:by-hand'));
    expect(await bench.provider.refund(refundOf(id, minor))).toMatchObject({ kind: 'done' });
  });

  test('and whose answer was lost is found by its key, and went back once', async () => {
    const { id } = await bench.paid(bench.order());
    const request = refundOf(id, 100);
    expect(await bench.provider.askRefund(request)).toMatchObject({ kind: 'unknown' });
    bench.paypal.loseAnswers(1);
    expect(await bench.provider.refund(request)).toMatchObject({ kind: 'unknown' });
    expect(await bench.provider.askRefund(request)).toMatchObject({ kind: 'done' });
    expect(await bench.provider.refund(request)).toMatchObject({ kind: 'done' });
    expect(await bench.provider.askRefund(refundOf(id, 100, 'refund:other'))).toMatchObject({
      kind: 'unknown',
    });
    expect(bench.paypal.book.refundedMinor(id)).toBe(100);
  });

  test.each([
    ['PENDING', 'unknown'],
    ['FAILED', 'refused'],
    ['CANCELLED', 'refused'],
    ['COMPLETED', 'done'],
  ])('and is %s is %s', async (status, kind) => {
    const { id } = await bench.paid(bench.order());
    await bench.provider.refund(refundOf(id, 100));
    for (const refund of bench.paypal.book.refunds.values()) refund.status = status;
    expect(await bench.provider.askRefund(refundOf(id, 100))).toMatchObject({ kind });
  });
});

describe('a complaint', () => {
  test.each([
    ['WAITING_FOR_SELLER_RESPONSE', undefined, 'disputed', 'opened'],
    ['UNDER_REVIEW', undefined, 'disputed', 'opened'],
    ['RESOLVED', 'RESOLVED_BUYER_FAVOUR', 'disputed', 'lost'],
    ['RESOLVED', 'ACCEPTED', 'disputed', 'lost'],
    ['RESOLVED', 'RESOLVED_SELLER_FAVOUR', 'paid', 'won'],
    ['RESOLVED', 'RESOLVED_WITH_PAYOUT', 'paid', 'won'],
    ['RESOLVED', 'CANCELED_BY_BUYER', 'paid', 'won'],
    ['RESOLVED', 'DENIED', 'paid', 'won'],
  ])('that is %s (%s) makes the payment %s', async (status, outcome, state, stage) => {
    const terms = bench.order();
    const capture = await bench.paid(terms);
    const dispute = bench.paypal.dispute(capture);
    dispute.status = status;
    if (outcome) dispute.dispute_outcome = { outcome_code: outcome };
    const { dispute_id: ref, seller_response_due_date: dueAt } = dispute;
    const told = { state, dispute: { ref, stage, amountMinor: terms.amount.minor, dueAt } };
    expect(await asked(capture.id)).toMatchObject({ facts: [told] });
  });

  test('counts by its newest', async () => {
    const capture = await bench.paid(bench.order());
    const first = bench.paypal.dispute(capture);
    Object.assign(first, { status: 'RESOLVED', dispute_outcome: { outcome_code: 'NONE' } });
    const { dispute_id: ref } = bench.paypal.dispute(capture);
    expect(await asked(capture.id)).toMatchObject({
      facts: [{ state: 'disputed', dispute: { ref, stage: 'opened' } }],
    });
  });

  test('is not known to an app that may not read any, and holds up no payment', async () => {
    const capture = await bench.paid(bench.order());
    bench.paypal.dispute(capture);
    bench.paypal.forbidden.add('disputes');
    expect(await asked(capture.id)).toMatchObject({ facts: [{ state: 'paid' }] });
  });
});

describe('a statement', () => {
  const now = Date.parse('2026-03-10T00:00:00.000Z');
  const DAY = { from: '2026-03-01T00:00:00.000Z', to: '2026-03-02T00:00:00.000Z' };
  const paidAt = async (instant: string) => {
    bench.paypal.nowMs = Date.parse(instant);
    const { id } = await bench.paid(bench.order());
    bench.paypal.nowMs = now;
    return id;
  };
  const listed = async (range = DAY) => {
    const told = await bench.provider.statement?.(range);
    return told?.kind === 'facts' ? told.facts.map((fact) => fact.providerPaymentId) : told;
  };

  test('begins with its first second and ends before the next day', async () => {
    bench.paypal.tokenSeconds = 10_000_000;
    await paidAt('2026-02-28T23:59:59.000Z');
    const first = await paidAt('2026-03-01T00:00:00.000Z');
    const last = await paidAt('2026-03-01T23:59:59.000Z');
    await paidAt('2026-03-02T00:00:00.000Z');
    expect(await listed()).toEqual([first, last]);
  });

  test('of many weeks is asked for in months, and nothing appears twice', async () => {
    bench.paypal.tokenSeconds = 10_000_000;
    const ids = [
      await paidAt('2026-01-01T00:00:00.000Z'),
      await paidAt('2026-02-01T00:00:00.000Z'),
      await paidAt('2026-03-04T00:00:00.000Z'),
    ];
    const range = { from: '2026-01-01T00:00:00.000Z', to: '2026-03-05T00:00:00.000Z' };
    expect(await listed(range)).toEqual(ids);
  });

  test('is read to its last page', async () => {
    const id = await paidAt('2026-03-01T12:00:00.000Z');
    const capture = bench.paypal.book.captures.get(id);
    for (let no = 1; capture && no < 1_100; no += 1) {
      bench.paypal.book.captures.set(`C${no}`, { ...capture, id: `C${no}` });
    }
    expect(await listed()).toHaveLength(1_100);
  });

  test('names sum, references and state of each payment', async () => {
    const terms = bench.order();
    const { invoiceId, invoiceNo, amount, userId } = terms;
    bench.paypal.nowMs = now;
    const { id } = await bench.paid(terms);
    const range = { from: '2026-03-10T00:00:00.000Z', to: '2026-03-11T00:00:00.000Z' };
    expect(await bench.provider.statement?.(range)).toEqual({
      kind: 'facts',
      facts: [
        {
          ...{ providerPaymentId: id, state: 'paid', amount, invoiceId, invoiceNo, userId },
          paidAt: '2026-03-10T00:00:00.000Z',
        },
      ],
    });
  });

  test('is unknown, and says why, where the app may not search', async () => {
    bench.paypal.forbidden.add('search');
    bench.paypal.nowMs = now;
    expect(await bench.provider.statement?.(DAY)).toEqual({
      ...{ kind: 'unknown', reason: 'the PayPal app may not search transactions' },
    });
  });
});
