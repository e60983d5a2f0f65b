import type { WireFact } from '../../../src/domain/billing/payment';
import type { ChargeOutcome, PaymentFact, PaymentProvider } from '../../../src/payments/provider';
import { after, asWorkflow, fakeProvider, NOON, type Activities, type Books } from './books';
import { publish, wish } from './orders';
import { paidFact, post, rub } from './payments';

const DAY = 24;
/** The end of thirty days that began an hour after noon. */
export const END_HOURS = 30 * DAY + 1;
export const PRICE = rub(19_900);

/** A bank that answers as the test says, and remembers what it was asked to charge. */
export interface TestBank {
  readonly provider: PaymentProvider;
  readonly charged: { readonly key: string; readonly invoiceId: string }[];
  charge: ChargeOutcome | Error;
  facts: readonly PaymentFact[] | 'unknown';
}

export function testBank(): TestBank {
  const bank: TestBank = {
    charged: [],
    charge: { kind: 'unknown', reason: 'it hung up' },
    facts: 'unknown',
    provider: fakeProvider({
      savedMethod: () =>
        Promise.resolve({
          kind: 'saved',
          method: { token: 'card-token', label: 'Visa •• 4242', expiresOn: '2029-12-31' },
        }),
      chargeSaved: ({ order }, key) => {
        bank.charged.push({ key, invoiceId: order.invoiceId });
        const { charge } = bank;
        return charge instanceof Error ? Promise.reject(charge) : Promise.resolve(charge);
      },
      ask: () =>
        Promise.resolve(
          bank.facts === 'unknown'
            ? { kind: 'unknown', reason: 'no answer' }
            : { kind: 'facts', facts: bank.facts },
        ),
    }),
  };
  return bank;
}

export const CONSENT = { by: 'saved_method', textVersion: 'autopay-1', textHash: 'a'.repeat(64) };

export interface Subscriber {
  readonly userId: number;
  readonly subscriptionId: string;
  readonly invoiceId: string;
}

/** Somebody who bought thirty days an hour after noon, left the card and agreed that it renews them. */
export async function cardSubscriber(books: Books, act: Activities): Promise<Subscriber> {
  const order = await wish(books, { slug: 'access-30' });
  const { invoiceId, userId } = order;
  const renewal = { ...CONSENT, by: 'saved_method' } as const;
  await asWorkflow(`checkout:${invoiceId}`, () =>
    act.openInvoice({ invoiceId, userId, provider: 'mock', renewal, asOf: NOON }),
  );
  await publish(books, order);
  const fact = paidFact(order, { amount: PRICE });
  const { providerPaymentId } = fact;
  await post(books, fact);
  await asWorkflow(`pay:mock:${providerPaymentId}`, () =>
    act.keepMethod({ provider: 'mock', providerPaymentId, invoiceId, asOf: NOON }),
  );
  // Reminders would come first.
  const [row] = await books.sql`
    update subscriptions set is_muted = true where user_id = ${userId} returning id`;
  return { userId, invoiceId, subscriptionId: String(row?.['id']) };
}

export async function subscriptionRow(books: Books, { subscriptionId }: Subscriber) {
  const [row] = await books.sql`
    select state, access, driver, period_n::int as n, auto_renew as renews
    from subscriptions where id = ${subscriptionId}`;
  return row ?? {};
}

/** States of the tries of a subscription, oldest first. */
export async function triesOf(books: Books, { subscriptionId }: Subscriber): Promise<string[]> {
  const rows = await books.sql`
    select state from attempts where subscription_id = ${subscriptionId} order by as_of, id`;
  return rows.map(({ state }) => String(state));
}

/** The steps of a subscription as its workflow takes them, by default at the end of its first period. */
export function renewalSteps(act: () => Activities) {
  const within = <T>({ subscriptionId }: Subscriber, step: () => Promise<T>) =>
    asWorkflow(`sub:${subscriptionId}`, step);
  const asked = ({ subscriptionId }: Subscriber, hours: number) => ({
    subscriptionId,
    asOf: after(hours),
  });
  const course = (who: Subscriber, hours = END_HOURS) =>
    within(who, () => act().loadCourse(asked(who, hours)));
  return {
    course,
    next: async (who: Subscriber, hours = END_HOURS) => (await course(who, hours))?.steps[0],
    take: (who: Subscriber, name: string, hours = END_HOURS) =>
      within(who, () => act().takeSubscriptionStep({ ...asked(who, hours), name })),
    send: (who: Subscriber, hours = END_HOURS) =>
      within(who, () => act().sendRenewalCharge(asked(who, hours))),
    ask: (who: Subscriber, hours = END_HOURS) =>
      within(who, () => act().askRenewalCharge(asked(who, hours))),
    cancel: (who: Subscriber, hours = END_HOURS) =>
      within(who, () =>
        act().grantWish({
          ...{ ...asked(who, hours), updateId: 'u1', kind: 'cancel' },
          wished: { actor: { kind: 'user', id: String(who.userId) } },
        }),
      ),
  };
}

/** The order of the charge under way. */
export async function orderOf(books: Books, { userId, subscriptionId }: Subscriber) {
  const [row] = await books.sql`
    select i.id, i.state, i.no::int as no from attempts a join invoices i on i.id = a.invoice_id
    where a.subscription_id = ${subscriptionId} order by a.as_of desc, a.id desc limit 1`;
  return { invoiceId: String(row?.['id']), userId, state: row?.['state'], no: Number(row?.['no']) };
}

/** The money of the charge under way, as the bank tells of it. */
export async function moneyOf(books: Books, who: Subscriber): Promise<WireFact> {
  return paidFact(await orderOf(books, who), { amount: PRICE });
}
