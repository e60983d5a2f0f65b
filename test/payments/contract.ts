import fc from 'fast-check';
import { factIn, hostile, spoiledCopies } from './hostile';
import type { Notification } from '../../src/payments/notification';
import { refundOf, settled, settledAgain } from './settling';
import type { PaymentFact, PaymentOrder, PaymentProvider } from '../../src/payments/provider';

// What every payment provider has to do, whatever its protocol. A new adapter joins by building a bench: itself, beside
// a counterpart of the provider that can be paid at and broken.

/** How the next calls of the adapter fare, as many as are named. */
export type Outage = 'error_500' | 'garbage' | 'reset' | 'hang';

export interface ProviderBench {
  /** With a patience of a second at most, so that a hang is soon over. */
  readonly provider: PaymentProvider;
  /** An order that was never opened before; each call another one. */
  order(): PaymentOrder;
  /** The payer pays the opened order at the provider; what the provider would then send us, if it sends anything. */
  pay(order: PaymentOrder): Promise<Notification | undefined>;
  /** The payment as the provider identifies it (PC-2), after it was paid. */
  paymentIdOf(order: PaymentOrder): string;
  /** How much of a payment the counterpart has given back, in minor units. */
  refundedMinor(providerPaymentId: string): number;
  /** How many charges without the payer the counterpart has made. */
  savedCharges?(): number;
  /** The provider makes another link for each call, all of them for the one order. */
  readonly isLinkNewEachTime?: boolean;
  /** A token that can be charged, where the provider can save one. */
  savedToken?(order: PaymentOrder): Promise<string>;
  breakNext(outage: Outage, requests?: number): void;
  stop(): Promise<void>;
}

const OUTAGES: readonly Outage[] = ['error_500', 'garbage', 'reset', 'hang'];

/** Declares the contract's tests for one provider. */
export function describeContract(name: string, start: () => Promise<ProviderBench>): void {
  describe(`${name} keeps the contract of a payment provider`, () => {
    let bench: ProviderBench;
    beforeEach(async () => {
      bench = await start();
    });
    afterEach(() => bench.stop());

    describeOpening(() => bench);
    describeAsking(() => bench);
    describeNotifications(() => bench);
    describeRefunds(() => bench);
    describeSavedMethods(() => bench);
  });
}

type Bench = () => ProviderBench;

function describeOpening(bench: Bench): void {
  test('an order gets a pay link, and the same link when it is opened again under the same key', async () => {
    const { provider, order, isLinkNewEachTime } = bench();
    const terms = order();
    const first = await provider.createPayment(terms, 'create:one');
    expect(first).toMatchObject({ kind: 'created', url: expect.stringMatching(/^(https?|tg):/) });
    const again = await provider.createPayment(terms, 'create:one');
    if (isLinkNewEachTime) expect(again.kind).toBe('created');
    else expect(again).toEqual(first);
  });

  test('two orders get two links', async () => {
    const { provider, order } = bench();
    const urls = await Promise.all(
      ['create:one', 'create:two'].map(async (key) => {
        const created = await provider.createPayment(order(), key);
        return created.kind === 'created' ? created.url : created.reason;
      }),
    );
    expect(new Set(urls).size).toBe(2);
  });

  test('a currency it does not take is refused, not converted', async () => {
    const { provider, order } = bench();
    const amount = { minor: 500, currency: 'XXX', exponent: 2 };
    const created = await provider.createPayment({ ...order(), amount }, 'create:one');
    expect(created.kind).toBe('refused');
  });

  test('its credentials can be tried, and the cabinet is told where to notify', async () => {
    const { provider } = bench();
    expect(await provider.check()).toMatchObject({ kind: 'valid' });
    const entries = provider.cabinet('https://shop.example');
    for (const { value } of entries) expect(value).not.toBe('');
  });
}

function describeAsking(bench: Bench): void {
  test('a paid order is found by order and by payment, with the exact amount and our references', async () => {
    const { provider, order, pay, paymentIdOf } = bench();
    if (!provider.capabilities.canAsk) return;
    const terms = order();
    const providerRef = await opened(provider, terms);
    await pay(terms);
    const { invoiceId, invoiceNo, amount, userId } = terms;
    const asked = await provider.ask({ by: 'order', invoiceId, invoiceNo, providerRef });
    const fact = { state: 'paid', amount, providerPaymentId: paymentIdOf(terms) };
    expect(asked).toMatchObject({ kind: 'facts', facts: [fact] });
    const named = await provider.ask({ by: 'payment', providerPaymentId: paymentIdOf(terms) });
    const [told] = named.kind === 'facts' ? named.facts : [];
    expect(told).toMatchObject(fact);
    expect([told?.invoiceNo ?? invoiceNo, told?.invoiceId ?? invoiceId]).toEqual([
      invoiceNo,
      invoiceId,
    ]);
    expect(told?.userId ?? userId).toBe(userId);
  });

  test('an order nobody has paid has no paid payment', async () => {
    const { provider, order } = bench();
    const terms = order();
    const providerRef = await opened(provider, terms);
    const { invoiceId, invoiceNo } = terms;
    const asked = await provider.ask({ by: 'order', invoiceId, invoiceNo, providerRef });
    const paid = asked.kind === 'facts' ? asked.facts.filter(isPaid) : [];
    expect(paid).toEqual([]);
  });

  test('a statement of its days lists the payment, and one of other days does not', async () => {
    const { provider, order, pay, paymentIdOf } = bench();
    if (!provider.statement) return;
    const terms = order();
    await opened(provider, terms);
    await pay(terms);
    const listed = async (from: string, to: string) => {
      const told = await provider.statement?.({ from, to });
      return told?.kind === 'facts' ? told.facts.map((fact) => fact.providerPaymentId) : told;
    };
    expect(await listed('2000-01-01T00:00:00.000Z', '2100-01-01T00:00:00.000Z')).toEqual([
      paymentIdOf(terms),
    ]);
    expect(await listed('2000-01-01T00:00:00.000Z', '2000-01-02T00:00:00.000Z')).toEqual([]);
  });

  test.each(OUTAGES)('a provider that answers with %s says nothing certain', async (outage) => {
    const { provider, order, pay, paymentIdOf, breakNext } = bench();
    const terms = order();
    await opened(provider, terms);
    await pay(terms);
    const request = refundOf(terms, paymentIdOf(terms));
    const calls = [
      () => provider.createPayment(terms, 'create:again'),
      () => provider.ask({ by: 'payment', providerPaymentId: paymentIdOf(terms) }),
      () => provider.refund(request),
    ];
    for (const call of provider.capabilities.canAsk ? calls : calls.slice(0, 1)) {
      breakNext(outage, 10);
      const answer = await call();
      // A protocol without a call at this point cannot be disturbed by one.
      if (answer.kind !== 'created' && answer.kind !== 'refused') {
        expect(answer).toMatchObject({ kind: 'unknown', reason: expect.stringMatching(/.+/) });
      }
      breakNext(outage, 0);
    }
  });
}

function describeNotifications(bench: Bench): void {
  test('what it sends of a payment is believed as far as the protocol proves it', async () => {
    const { provider, order, pay, paymentIdOf } = bench();
    const terms = order();
    await opened(provider, terms);
    const notification = await pay(terms);
    if (!notification) return;
    const verdict = await provider.verify(notification);
    expect(verdict).toMatchObject({ providerPaymentId: paymentIdOf(terms) });
    expect(['yes', 'not_possible']).toContain(verdict.verified);
    if (!('fact' in verdict)) return;
    const answer = provider.answer(verdict.fact);
    expect([answer.status, answer.body.length > 0]).toEqual([200, true]);
    expect(await provider.verify(notification)).toEqual(verdict);
  });

  test('a notification that was changed by a byte proves nothing else than before', async () => {
    const { provider, order, pay } = bench();
    const terms = order();
    await opened(provider, terms);
    const genuine = await pay(terms);
    if (!genuine || (await provider.verify(genuine)).verified !== 'yes') return;
    const proved = await provider.verify(genuine);
    for (const spoiled of spoiledCopies(genuine)) {
      const verdict = await provider.verify(spoiled);
      // A field that the protocol does not sign says nothing to us either.
      if (verdict.verified === 'yes') expect(factIn(verdict)).toEqual(factIn(proved));
      else expect(['no', 'malformed']).toContain(verdict.verified);
    }
  });

  test('whatever arrives, it is judged without an exception and never proved', async () => {
    const { provider } = bench();
    await fc.assert(
      fc.asyncProperty(hostile, async (notification) => {
        const verdict = await provider.verify(notification);
        expect(['no', 'malformed', 'not_possible']).toContain(verdict.verified);
      }),
      { numRuns: 300 },
    );
  });
}

function describeRefunds(bench: Bench): void {
  test('a refund gives back what was asked for, once, however often it is repeated', async () => {
    const { provider, order, pay, paymentIdOf, refundedMinor } = bench();
    if (provider.capabilities.canRefund === 'none') return;
    const terms = order();
    await opened(provider, terms);
    await pay(terms);
    const request = refundOf(terms, paymentIdOf(terms));
    const first = await settled(provider, request);
    expect(first).toMatchObject({ kind: 'done' });
    expect(await settledAgain(provider, request, first)).toMatchObject({ kind: 'done' });
    expect(refundedMinor(paymentIdOf(terms))).toBe(terms.amount.minor);
  });

  test('part of a payment can be given back where the provider can', async () => {
    const { provider, order, pay, paymentIdOf, refundedMinor } = bench();
    if (provider.capabilities.canRefund !== 'partial') return;
    const terms = order();
    await opened(provider, terms);
    await pay(terms);
    const amount = { ...terms.amount, minor: Math.floor(terms.amount.minor / 4) };
    const request = { ...refundOf(terms, paymentIdOf(terms)), amount };
    expect(await settled(provider, request)).toMatchObject({ kind: 'done' });
    expect(refundedMinor(paymentIdOf(terms))).toBe(amount.minor);
  });

  test('a refund of a payment it never saw is not done', async () => {
    const { provider, order } = bench();
    const terms = order();
    const answer = await provider.refund(refundOf(terms, 'a-payment-that-never-was'));
    expect(answer.kind).not.toBe('done');
  });
}

function describeSavedMethods(bench: Bench): void {
  test('a saved method is charged once, however often the charge is repeated', async () => {
    const { provider, order, savedToken, savedCharges } = bench();
    if (!provider.chargeSaved || !savedToken || !savedCharges) return;
    const first = order();
    const token = await savedToken(first);
    const charge = { method: { token, firstChargeId: bench().paymentIdOf(first) }, order: order() };
    const answers = [
      await provider.chargeSaved(charge, 'charge:one'),
      await provider.chargeSaved(charge, 'charge:one'),
    ];
    for (const { kind } of answers) expect(['paid', 'sent']).toContain(kind);
    expect(savedCharges()).toBe(1);
  });

  test('a charge that got no answer is unknown, never refused', async () => {
    const { provider, order, savedToken, breakNext } = bench();
    if (!provider.chargeSaved || !savedToken) return;
    const first = order();
    const token = await savedToken(first);
    const charge = { method: { token, firstChargeId: bench().paymentIdOf(first) }, order: order() };
    for (const outage of OUTAGES) {
      breakNext(outage, 10);
      expect(await provider.chargeSaved(charge, `charge:${outage}`)).toMatchObject({
        kind: 'unknown',
      });
      breakNext(outage, 0);
    }
  });
}

/** Opens an order and returns the provider's own name of it. */
async function opened(provider: PaymentProvider, order: PaymentOrder): Promise<string | undefined> {
  const created = await provider.createPayment(order, `create:${order.invoiceId}`);
  if (created.kind !== 'created') throw new Error(`no link: ${created.reason}`);
  return created.providerRef;
}

function isPaid({ state }: PaymentFact): boolean {
  return state === 'paid' || state === 'partially_refunded' || state === 'refunded';
}
