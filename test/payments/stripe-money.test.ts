import { startStripeBench, bankSays } from './support/stripe-bench';
import type { StripeBench } from './support/stripe-bench';

let bench: StripeBench;
beforeEach(async () => {
  bench = await startStripeBench();
});
afterEach(() => bench.stripe.stop());

const chargeOf = (token: string) =>
  bench.provider.chargeSaved?.(
    { method: { token, firstChargeId: undefined }, order: bench.order() },
    'charge:one',
  );

describe('a way to pay that is kept', () => {
  test('is customer, method and kind in one token, named as people know it', async () => {
    const { id: providerPaymentId } = await bench.paid({ ...bench.order(), savesMethod: true });
    expect(await bench.provider.savedMethod?.({ providerPaymentId })).toEqual({
      kind: 'saved',
      method: {
        token: expect.stringMatching(/^cus_\w+:pm_\w+:card$/),
        label: 'Visa •• 4242',
        // The last day of the month that stands on the card, in a leap year as well.
        expiresOn: '2028-02-29',
      },
    });
  });

  test('is none where the payer did not agree', async () => {
    const { id: providerPaymentId } = await bench.paid(bench.order());
    expect(await bench.provider.savedMethod?.({ providerPaymentId })).toEqual({ kind: 'none' });
  });

  test('is charged for the very sum of the order, in its name', async () => {
    const { stripe, provider, order, saved } = bench;
    const { token } = await saved();
    const terms = order();
    const charge = { method: { token, firstChargeId: undefined }, order: terms };
    const charged = await provider.chargeSaved?.(charge, 'charge:one');
    if (charged?.kind !== 'paid') throw new Error(charged?.kind);
    const { amount, invoiceId, invoiceNo } = terms;
    expect(stripe.book.intents.get(charged.providerPaymentId)).toMatchObject({
      ...{ amount: amount.minor, currency: 'eur' },
      metadata: { invoice_id: invoiceId, invoice_no: String(invoiceNo), user_id: '77' },
    });
  });

  test('that is taken back cannot be charged any more, and taking it back twice is done', async () => {
    const { provider, saved } = bench;
    const { token } = await saved();
    expect(await provider.revokeMethod?.({ token })).toEqual({ kind: 'done' });
    expect(await provider.revokeMethod?.({ token })).toEqual({ kind: 'done' });
    expect(await provider.revokeMethod?.({ token: 'cus_1:pm_gone:card' })).toEqual({
      kind: 'done',
    });
    const refused = { kind: 'refused', isHard: true, code: 'resource_missing' };
    expect(await chargeOf(token)).toEqual(refused);
  });

  test('of which the token is not ours is neither charged nor taken back', async () => {
    expect(await chargeOf('gold')).toMatchObject({ kind: 'refused', isHard: true });
    expect(await bench.provider.revokeMethod?.({ token: 'gold' })).toMatchObject({
      kind: 'refused',
    });
    expect(bench.stripe.asked).toEqual([]);
  });

  test('is not charged for a sum that Stripe would round', async () => {
    const { provider, order, saved } = bench;
    const { token } = await saved();
    const amount = { minor: 1_001, currency: 'KWD', exponent: 3 };
    const charge = { method: { token, firstChargeId: undefined }, order: { ...order(), amount } };
    expect(await provider.chargeSaved?.(charge, 'charge:one')).toMatchObject({ kind: 'refused' });
  });
});

describe('a charge that the bank refuses', () => {
  test.each([
    ['insufficient_funds', 'soft'],
    ['generic_decline', 'soft'],
    ['do_not_honor', 'soft'],
    ['try_again_later', 'soft'],
    ['issuer_not_available', 'soft'],
    ['a_word_of_tomorrow', 'soft'],
    ['stolen_card', 'hard'],
    ['lost_card', 'hard'],
    ['expired_card', 'hard'],
    ['fraudulent', 'hard'],
    ['revocation_of_authorization', 'hard'],
    ['stop_payment_order', 'hard'],
    ['authentication_required', 'needs_user'],
    ['call_issuer', 'needs_user'],
    ['incorrect_cvc', 'needs_user'],
    ['online_or_offline_pin_required', 'needs_user'],
  ])('for %s is %s, and stays so when it is repeated', async (word, kind) => {
    const { stripe, saved } = bench;
    const { token, methodId } = await saved();
    stripe.answerCharges(methodId, bankSays(word));
    const terms = bench.order();
    const charge = { method: { token, firstChargeId: undefined }, order: terms };
    const expected = {
      ...{ kind: 'refused', code: word, isHard: kind === 'hard' },
      ...(kind === 'needs_user' ? { needsUser: true } : {}),
    };
    const charged = () => bench.provider.chargeSaved?.(charge, 'charge:one');
    expect(await charged()).toEqual(expected);
    // The refusal is stored under the key, even where the bank would pay by now.
    stripe.answerCharges(methodId, undefined);
    expect(await charged()).toEqual(expected);
    const { invoiceId, invoiceNo } = terms;
    const { code, isHard } = expected;
    expect(await bench.provider.ask({ by: 'order', invoiceId, invoiceNo })).toMatchObject({
      facts: [{ state: 'failed', decline: { code, isHard } }],
    });
  });

  test('is hard where the network advises never to try again', async () => {
    const { token, methodId } = await bench.saved();
    bench.stripe.answerCharges(methodId, bankSays('generic_decline', 'do_not_try_again'));
    expect(await chargeOf(token)).toMatchObject({ kind: 'refused', isHard: true });
  });

  test('needs the payer where it stops half-way for a confirmation', async () => {
    const { token, methodId } = await bench.saved();
    bench.stripe.answerCharges(methodId, 'requires_action');
    expect(await chargeOf(token)).toEqual({
      ...{ kind: 'refused', code: 'authentication_required', isHard: false, needsUser: true },
    });
  });
});

describe('money that goes back', () => {
  const refundOf = (providerPaymentId: string, minor: number, key = 'refund:one') => ({
    ...{ providerPaymentId, userId: 77, key },
    amount: { minor, currency: 'EUR', exponent: 2 },
  });

  test('to the last cent is done, whoever gave it back', async () => {
    const { provider, paid, order } = bench;
    const { id, amount } = await paid(order());
    await provider.refund(refundOf(id, amount, 'refund:by-hand'));
    expect(await provider.refund(refundOf(id, amount))).toMatchObject({ kind: 'done' });
  });

  test('beyond what was paid is refused', async () => {
    const { provider, paid, order } = bench;
    const { id, amount } = await paid(order());
    expect(await provider.refund(refundOf(id, amount + 1))).toMatchObject({ kind: 'refused' });
  });

  test('is not sent again after its answer was lost, nor after Stripe forgot the key', async () => {
    const { stripe, provider, paid, order } = bench;
    const { id } = await paid(order());
    const request = refundOf(id, 100);
    await provider.refund(request);
    stripe.forgetKeys();
    expect(await provider.refund(request)).toMatchObject({ kind: 'done' });
    expect(stripe.book.refundedMinor(id)).toBe(100);
  });

  test.each([
    ['pending', 'unknown'],
    ['failed', 'refused'],
    ['succeeded', 'done'],
  ] as const)('and is %s is %s', async (status, kind) => {
    const { stripe, provider, paid, order } = bench;
    const { id } = await paid(order());
    const request = refundOf(id, 100);
    await provider.refund(request);
    for (const refund of stripe.book.refunds.values()) refund.status = status;
    expect(await provider.askRefund(request)).toMatchObject({ kind });
    expect(await provider.refund(request)).toMatchObject({ kind });
  });

  test('under a key that Stripe never saw is unknown', async () => {
    const { id } = await bench.paid(bench.order());
    expect(await bench.provider.askRefund(refundOf(id, 100))).toMatchObject({ kind: 'unknown' });
  });
});
