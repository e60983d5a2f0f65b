import { bankSays, startStripeBench } from './support/stripe-bench';
import type { StripeBench } from './support/stripe-bench';

let bench: StripeBench;
beforeEach(async () => {
  bench = await startStripeBench(3);
});
afterEach(() => bench.stripe.stop());

const DAY = { from: '2026-03-01T00:00:00.000Z', to: '2026-03-02T00:00:00.000Z' };

async function factOf(providerPaymentId: string) {
  const told = await bench.provider.ask({ by: 'payment', providerPaymentId });
  return told.kind === 'facts' ? told.facts[0] : told;
}

describe('an order that is asked about', () => {
  test('has no payment before its payer tried, a failed one after, and then a paid one', async () => {
    const { stripe, provider, order, open } = bench;
    const terms = order();
    const { invoiceId, invoiceNo, amount, userId } = terms;
    const providerRef = await open(terms);
    const asked = () => provider.ask({ by: 'order', invoiceId, invoiceNo, providerRef });
    expect(await asked()).toEqual({ kind: 'facts', facts: [] });
    stripe.payPage(invoiceId, bankSays('insufficient_funds'));
    const decline = { code: 'insufficient_funds', isHard: false };
    expect(await asked()).toMatchObject({ facts: [{ state: 'failed', decline }] });
    const { id: providerPaymentId } = stripe.payPage(invoiceId);
    expect(await asked()).toMatchObject({
      facts: [{ state: 'paid', providerPaymentId, amount, invoiceId, invoiceNo, userId }],
    });
  });

  test('is found by our reference, even by what the search does not know yet', async () => {
    const { stripe, provider, order, paid } = bench;
    const terms = order();
    const { invoiceId, invoiceNo } = terms;
    const { id: providerPaymentId } = await paid(terms);
    await paid(order());
    const asked = () => provider.ask({ by: 'order', invoiceId, invoiceNo });
    const known = { kind: 'facts', facts: [{ providerPaymentId, state: 'paid' }] };
    expect(await asked()).toMatchObject(known);
    stripe.book.unindexed.add(providerPaymentId);
    expect(await asked()).toMatchObject(known);
  });

  test('is certainly unpaid when neither the search nor the list of the newest knows it', async () => {
    const { provider, order, paid } = bench;
    await paid(order());
    const { invoiceId, invoiceNo } = order();
    expect(await provider.ask({ by: 'order', invoiceId, invoiceNo })).toEqual({
      ...{ kind: 'facts', facts: [] },
    });
  });

  test('is certain without a search only where the list reaches back to its first day', async () => {
    // What the search cannot read, it refuses, as it refuses everything where Stripe offers none.
    const invoiceId = `x' OR metadata['user_id']:'77`;
    const { provider, order, paid } = bench;
    await paid(order());
    const ask = (writtenAt?: string) =>
      provider.ask({ by: 'order', invoiceId, invoiceNo: 1, writtenAt });
    const today = new Date().toISOString();
    expect((await ask()).kind).toBe('unknown');
    expect(await ask(today)).toEqual({ kind: 'facts', facts: [] });
    const { id: providerPaymentId } = await paid({ ...order(), invoiceId });
    expect(await ask(today)).toMatchObject({ facts: [{ providerPaymentId, state: 'paid' }] });
  });
});

describe('the state of a payment', () => {
  test.each([
    ['processing', 'pending'],
    ['requires_action', 'pending'],
    ['requires_payment_method', 'pending'],
    ['requires_capture', 'authorised'],
    ['canceled', 'failed'],
    ['something_new', 'pending'],
  ])('%s is %s', async (status, state) => {
    const intent = await bench.paid(bench.order());
    Object.assign(intent, { status, latest_charge: null });
    expect(await factOf(intent.id)).toMatchObject({ state, paidAt: undefined });
  });

  test.each([
    ['needs_response', 'disputed', 'opened'],
    ['under_review', 'disputed', 'opened'],
    ['warning_needs_response', 'disputed', 'opened'],
    ['lost', 'disputed', 'lost'],
    ['won', 'paid', 'won'],
    ['warning_closed', 'paid', 'won'],
    ['prevented', 'paid', 'won'],
  ])('a dispute that is %s makes it %s', async (status, state, stage) => {
    const intent = await bench.paid(bench.order());
    const { id: ref, amount: amountMinor } = bench.stripe.dispute(intent, status);
    const dueAt = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
    expect(await factOf(intent.id)).toMatchObject({
      state,
      dispute: { ref, stage, amountMinor, dueAt },
    });
  });

  test('of an inquiry that became a chargeback, the newest counts', async () => {
    const intent = await bench.paid(bench.order());
    bench.stripe.dispute(intent, 'warning_closed');
    bench.stripe.dispute(intent, 'needs_response');
    expect(await factOf(intent.id)).toMatchObject({ state: 'disputed' });
  });

  test('a currency that our books do not know is no amount', async () => {
    const intent = await bench.paid(bench.order());
    Object.assign(intent, { currency: 'isk' });
    expect(await factOf(intent.id)).toMatchObject({ state: 'paid', amount: undefined });
  });

  test('a payment that is not ours has no references of ours', async () => {
    const intent = await bench.paid(bench.order());
    Object.assign(intent, { metadata: { invoice_no: '1e3', user_id: '-5' } });
    expect(await factOf(intent.id)).toMatchObject({
      ...{ invoiceId: undefined, invoiceNo: undefined, userId: undefined },
    });
  });
});

describe('a statement', () => {
  const paidAt = async (instant: string) => {
    bench.stripe.nowMs = Date.parse(instant);
    return (await bench.paid(bench.order())).id;
  };
  const listed = async () => {
    const told = await bench.provider.statement?.(DAY);
    return told?.kind === 'facts' ? told.facts.map((fact) => fact.providerPaymentId) : told;
  };

  test('begins with its first second and ends before the next day', async () => {
    await paidAt('2026-02-28T23:59:59.000Z');
    const first = await paidAt('2026-03-01T00:00:00.000Z');
    const last = await paidAt('2026-03-01T23:59:59.000Z');
    await paidAt('2026-03-02T00:00:00.000Z');
    expect(await listed()).toEqual([last, first]);
  });

  test('is read to its last page, and unknown where it has too many', async () => {
    const { stripe } = bench;
    const one = await paidAt('2026-03-01T12:00:00.000Z');
    const intent = stripe.book.intents.get(one);
    const copy = (no: number) =>
      intent && stripe.book.intents.set(`pi_${no}`, { ...intent, id: `pi_${no}` });
    for (let no = 1; no < 250; no += 1) copy(no);
    expect(await listed()).toHaveLength(250);
    for (let no = 250; no < 301; no += 1) copy(no);
    expect(await listed()).toMatchObject({ kind: 'unknown' });
  });

  test('leaves out what nobody has paid', async () => {
    const { stripe, order, open } = bench;
    stripe.nowMs = Date.parse('2026-03-01T12:00:00.000Z');
    const terms = order();
    await open(terms);
    stripe.payPage(terms.invoiceId, bankSays('generic_decline'));
    expect(await listed()).toEqual([]);
  });
});
