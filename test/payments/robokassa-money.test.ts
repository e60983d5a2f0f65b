import type { PaymentOrder, RefundOutcome, RefundRequest } from '../../src/payments/provider';
import { orders } from './orders';
import { refundedMinor, startShop, type RobokassaShop } from './support/robokassa-shops';

const order = orders({ currency: 'RUB' });
let shop: RobokassaShop;

beforeEach(async () => {
  shop = await startShop();
});
afterEach(() => shop.fake.stop());

/** A paid parent, and the next order of the same person. */
async function cardHolder() {
  const parent = order();
  await shop.fake.visit(await shop.link({ ...parent, savesMethod: true }));
  shop.fake.pay(parent.invoiceNo);
  const firstChargeId = String(parent.invoiceNo);
  const next = order();
  const method = { token: firstChargeId, firstChargeId };
  const charge = () => {
    const { chargeSaved } = shop.provider;
    if (!chargeSaved) throw new Error('nothing can be charged');
    return chargeSaved({ method, order: next }, 'attempt:1');
  };
  return { parent, next, charge };
}

const childrenOf = ({ invoiceNo }: PaymentOrder) =>
  [...shop.fake.operations.values()].filter(({ previous }) => previous === String(invoiceNo));

const recurringCalls = () => shop.fake.requests.filter((path) => path === '/Merchant/Recurring');

const ask = ({ invoiceId, invoiceNo }: PaymentOrder) =>
  shop.provider.ask({ by: 'order', invoiceId, invoiceNo });

describe('saved cards', () => {
  test('the card of a paid parent is kept by the number of its payment, with its last digits', async () => {
    const { parent } = await cardHolder();
    const providerPaymentId = String(parent.invoiceNo);
    expect(await shop.provider.savedMethod?.({ providerPaymentId })).toEqual({
      kind: 'saved',
      method: { token: providerPaymentId, label: 'Robokassa •• 0987', expiresOn: undefined },
    });
  });

  test('what was not paid by card leaves nothing, and what is not paid yet says nothing', async () => {
    const { parent, next } = await cardHolder();
    shop.fake.pay(parent.invoiceNo, 'SBP');
    const saved = (invoiceNo: number) =>
      shop.provider.savedMethod?.({ providerPaymentId: String(invoiceNo) });
    expect(await saved(parent.invoiceNo)).toEqual({ kind: 'none' });
    shop.fake.move(parent.invoiceNo, 50);
    expect(await saved(parent.invoiceNo)).toMatchObject({ kind: 'unknown' });
    expect(await saved(next.invoiceNo)).toMatchObject({ kind: 'unknown' });
  });

  test('a charge names the first payment, is accepted and not yet paid', async () => {
    const { parent, next, charge } = await cardHolder();
    const providerPaymentId = String(next.invoiceNo);
    expect(await charge()).toEqual({ kind: 'sent', providerPaymentId });
    expect(childrenOf(parent)).toMatchObject([{ invId: providerPaymentId, code: 50 }]);
    expect(await ask(next)).toMatchObject({ facts: [{ state: 'authorised', userId: 77 }] });
    shop.fake.pay(next.invoiceNo);
    expect(await charge()).toEqual({ kind: 'paid', providerPaymentId });
    expect(recurringCalls()).toHaveLength(1);
  });

  test('T-P7 a charge that times out and is paid three hours later is one charge, whoever repeats it', async () => {
    const { parent, next, charge } = await cardHolder();
    shop.fake.breakAfter('/Merchant/Recurring');
    const answers = [await charge()];
    // Every repeat asks about the same number first, and sends nothing while Robokassa knows it.
    shop.fake.move(next.invoiceNo, 5);
    answers.push(await charge(), await charge());
    expect(answers.map(({ kind }) => kind)).toEqual(['unknown', 'sent', 'sent']);
    expect(await ask(next)).toMatchObject({ facts: [{ state: 'pending' }] });
    shop.fake.pay(next.invoiceNo);
    const { amount, invoiceId, invoiceNo } = next;
    expect(await ask(next)).toMatchObject({
      facts: [{ state: 'paid', amount, invoiceId, invoiceNo }],
    });
    expect(await charge()).toMatchObject({ kind: 'paid' });
    expect([childrenOf(parent).length, recurringCalls().length]).toEqual([1, 1]);
  });

  test('a charge that never arrived is sent again under the same number', async () => {
    const { parent, next, charge } = await cardHolder();
    // The question before the charge is lost: nothing was sent, and nothing is known.
    shop.fake.breakNext('reset');
    expect(await charge()).toMatchObject({ kind: 'unknown' });
    expect([recurringCalls(), await ask(next)]).toEqual([[], { kind: 'facts', facts: [] }]);
    expect(await charge()).toMatchObject({ kind: 'sent' });
    expect(childrenOf(parent)).toHaveLength(1);
  });

  test('a refused card is a soft refusal, because nobody says why', async () => {
    const { charge } = await cardHolder();
    shop.fake.script.childCode = 10;
    expect(await charge()).toMatchObject({ kind: 'sent' });
    expect(await charge()).toEqual({ kind: 'refused', isHard: false, code: 'state_10' });
  });

  test('what is not accepted and not known is refused; what is known all the same is not', async () => {
    const { parent, next, charge } = await cardHolder();
    shop.fake.script.childAnswer = 'ERROR: recurring is not agreed';
    expect(await charge()).toEqual({ kind: 'refused', isHard: false, code: 'not_accepted' });
    shop.fake.script.childAnswer = `OK${parent.invoiceNo}`;
    expect(await charge()).toMatchObject({ kind: 'unknown' });
    shop.fake.script.childAnswer = `OK+${next.invoiceNo}`;
    expect(await charge()).toMatchObject({ kind: 'sent' });
  });
});

describe('refunds', () => {
  const key = 'refund:1';

  async function paid(): Promise<RefundRequest> {
    const terms = order();
    await shop.pay(terms);
    const { amount, userId } = terms;
    return { providerPaymentId: String(terms.invoiceNo), amount, userId, key };
  }

  const refund = (request: RefundRequest) => shop.provider.refund(request);
  const numberOf = (outcome: RefundOutcome) =>
    'providerRef' in outcome ? outcome.providerRef : undefined;
  const part = (request: RefundRequest, minor: number) => ({
    ...request,
    amount: { ...request.amount, minor },
  });

  test.each(['jwt', 'json'] as const)(
    'is asked for by a signed token, sent as %s, and done when Robokassa says so',
    async (refundBody) => {
      const own = await startShop({}, { refundBody });
      own.fake.script.refundBody = refundBody;
      const terms = order();
      await own.pay(terms);
      const providerPaymentId = String(terms.invoiceNo);
      const request = { providerPaymentId, amount: terms.amount, userId: undefined, key };
      own.fake.script.refundLabel = 'processing';
      const sent = await own.provider.refund(request);
      const named = { ...request, providerRef: numberOf(sent) ?? '' };
      expect(sent).toMatchObject({ kind: 'unknown', reason: 'Robokassa is making the refund' });
      expect(await own.provider.askRefund(named)).toMatchObject({ kind: 'unknown' });
      own.fake.script.refundLabel = 'finished';
      expect(await own.provider.askRefund(named)).toEqual({
        kind: 'done',
        providerRef: named.providerRef,
      });
      expect(refundedMinor(own.fake, providerPaymentId)).toBe(terms.amount.minor);
      await own.fake.stop();
    },
  );

  test('a part is named to the kopeck, and more than was paid is refused', async () => {
    const request = await paid();
    const first = await refund(part(request, 1_005));
    expect(numberOf(first)).toBeDefined();
    expect(shop.fake.refunds).toMatchObject([{ kopecks: 1_005 }]);
    expect(await refund(request)).toEqual({ kind: 'refused', reason: 'NotEnoughOperationFunds' });
    const rest = part(request, request.amount.minor - 1_005);
    expect(numberOf(await refund(rest))).toBeDefined();
  });

  test('one that Robokassa cancels is refused', async () => {
    shop.fake.script.refundLabel = 'canceled';
    const request = await paid();
    const providerRef = numberOf(await refund(request)) ?? '';
    const asked = await shop.provider.askRefund({ ...request, providerRef });
    expect(asked).toMatchObject({ kind: 'refused' });
  });

  test('one whose answer was lost has no number, so it is never sent again and stays unknown', async () => {
    const request = await paid();
    shop.fake.breakAfter('/RefundService/Refund/Create');
    const lost = await refund(request);
    expect(lost).toEqual({ kind: 'unknown', reason: expect.stringMatching(/.+/) as string });
    expect(await shop.provider.askRefund(request)).toMatchObject({ kind: 'unknown' });
    expect(shop.provider.capabilities.isRefundRepeatable).toBe(false);
  });

  test('what failed before anything was sent may be sent', async () => {
    const request = await paid();
    shop.fake.breakNext('error_500');
    expect(await refund(request)).toMatchObject({ kind: 'unknown', isUnsent: true });
    expect(shop.fake.refunds).toEqual([]);
  });

  test('what is not paid is not given back', async () => {
    const request = await paid();
    shop.fake.move(Number(request.providerPaymentId), 60);
    expect(await refund(request)).toMatchObject({ kind: 'refused' });
  });

  test.each([{ isTest: true }, { password3: undefined }])(
    'are impossible for a shop with %j',
    async (change) => {
      const own = await startShop({}, change);
      expect(own.provider.capabilities.canRefund).toBe('none');
      expect((await own.provider.refund(await paid())).kind).not.toBe('done');
      await own.fake.stop();
    },
  );

  test('a wrong third password is no proof of anything', async () => {
    const own = await startShop({}, { password3: 'another' });
    const terms = order();
    await own.pay(terms);
    const providerPaymentId = String(terms.invoiceNo);
    const request = { providerPaymentId, amount: terms.amount, userId: undefined, key };
    expect(await own.provider.refund(request)).toMatchObject({ kind: 'unknown', isUnsent: true });
    expect(own.fake.refunds).toEqual([]);
    await own.fake.stop();
  });
});
