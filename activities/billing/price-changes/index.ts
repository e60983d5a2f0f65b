import { and, count, eq, inArray, isNull, sql } from 'drizzle-orm';
import { v7 } from 'uuid';
import type { Transaction } from '../../../drizzle/client';
import { outboxMessages, priceChanges, priceOffers, tariffVersions } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import {
  OFFER_DAYS,
  offerParams,
  type PriceOfferState,
  type PricesShown,
} from '../../../src/domain/billing/price-change';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import type {
  PriceChangeCount,
  PriceChangeProgress,
  WithdrawOutcome,
} from '../../../workflows/billing/price-change/contract';
import { writeAudit } from '../../audit';
import type { ActivityDeps } from '../../deps';
import { promiseToUser, promiseToUsers, type MessagePromise } from '../../outbox';
import { inTransaction, readSettings } from '../../transactions';
import { hasRole } from '../operations/people';
import { nextTouched, priceReader, type Touched } from './touching';

/** Subscribers an offer is made to in one transaction. */
const PAGE = 100;
const DAY_MS = 86_400_000;

export interface PriceChangeStep {
  readonly priceChangeId: string;
  readonly asOf: string;
}

type Change = typeof priceChanges.$inferSelect;
type Version = typeof tariffVersions.$inferSelect;

/** Side effects of the `priceChange` workflow. Each is one transaction; repeating it offers and tells nothing twice. */
export function priceChangeActivities(deps: ActivityDeps) {
  return {
    /** Offers the new price to the next subscribers. */
    offerPrices: (step: PriceChangeStep) =>
      inTransaction(deps.db, (tx) => offerNext(tx, deps, step)),
    /** Closes what was not answered: the old price stays. */
    closePrices: (step: PriceChangeStep) => inTransaction(deps.db, (tx) => close(tx, deps, step)),
    withdrawPrices: (order: WithdrawOrder) => inTransaction(deps.db, (tx) => withdraw(tx, order)),
  };
}

async function offerNext(
  tx: Transaction,
  deps: ActivityDeps,
  step: PriceChangeStep,
): Promise<PriceChangeProgress> {
  const change = await lock(tx, step.priceChangeId);
  if (!change) return { state: 'unknown', total: 0, offered: 0, closesAt: step.asOf };
  if (change.state !== 'running') return progressOf(change);
  const version = await versionOf(tx, change);
  const people = await nextTouched(
    tx,
    { ...version, tariffVersionId: version.id },
    {
      ...{ after: change.afterSubscriptionId, limit: PAGE, asOf: new Date(step.asOf) },
    },
  );
  const settings = await readSettings(tx, deps.settings);
  const offered = await offerTo(tx, people, { change, version, settings });
  const after = {
    offered: change.offered + offered,
    afterSubscriptionId: people.at(-1)?.row.id ?? change.afterSubscriptionId,
    state: people.length < PAGE ? ('offered' as const) : change.state,
  };
  await tx.update(priceChanges).set(after).where(eq(priceChanges.id, change.id));
  return progressOf({ ...change, ...after });
}

function progressOf({ state, total, offered, closesAt }: Change): PriceChangeProgress {
  return { state, total, offered, closesAt: closesAt.toISOString() };
}

async function versionOf(tx: Transaction, { tariffVersionId }: Change): Promise<Version> {
  const [version] = await tx
    .select()
    .from(tariffVersions)
    .where(eq(tariffVersions.id, tariffVersionId));
  assert(version, `version ${tariffVersionId} exists`);
  return version;
}

interface Offering {
  readonly change: Change;
  readonly version: Version;
  readonly settings: BillingSettings;
}

/** Writes the offers with their messages; says how many are new. */
async function offerTo(
  tx: Transaction,
  people: readonly Touched[],
  offering: Offering,
): Promise<number> {
  const pricesOf = await priceReader(tx, people);
  const offers: NewOffer[] = [];
  for (const one of people) {
    const shown = await pricesOf(one, offering.version.id);
    if (shown) offers.push(offerOf(one, offering, shown));
  }
  if (offers.length === 0) return 0;
  const made = await tx
    .insert(priceOffers)
    .values(offers)
    .onConflictDoNothing()
    .returning({ id: priceOffers.id });
  const isMade = new Set(made.map(({ id }) => id));
  await promiseToUsers(tx, {
    settings: offering.settings,
    messages: offers.filter(({ id }) => isMade.has(id)).map((offer) => messageOf(offer, offering)),
  });
  return made.length;
}

type NewOffer = ReturnType<typeof offerOf>;

function offerOf({ row, fromVersionId, asOf }: Touched, { change }: Offering, shown: PricesShown) {
  const runs = row.state === 'active' || row.state === 'trialing';
  return {
    ...{ id: v7(), priceChangeId: change.id, subscriptionId: row.id, userId: row.userId },
    ...{ fromVersionId, tariffVersionId: change.tariffVersionId, shown, offeredAt: asOf },
    holdsFrom: runs ? row.periodEnd : null,
    closesAt: new Date(asOf.getTime() + OFFER_DAYS * DAY_MS),
  };
}

function messageOf(
  offer: NewOffer,
  { version }: Offering,
): MessagePromise<'price.offer'> & { readonly userId: number } {
  const { userId, subscriptionId, tariffVersionId, shown, offeredAt: asOf } = offer;
  return {
    ...{ userId, asOf, template: 'price.offer', category: 'service' },
    key: messageKey({ userId, subscriptionId, tariffVersionId }),
    params: offerParams({
      ...{ offerId: offer.id, planName: version.nameI18n, shown },
      from: offer.holdsFrom?.toISOString() ?? null,
      until: offer.closesAt.toISOString(),
    }),
  };
}

function messageKey(offer: {
  readonly userId: number;
  readonly subscriptionId: string;
  readonly tariffVersionId: string;
}): string {
  return `${offer.userId}:price.offer:${offer.subscriptionId}:${offer.tariffVersionId}`;
}

/** What is not answered by now is a no (SB-23); whoever began it hears how it went, once. */
async function close(
  tx: Transaction,
  deps: ActivityDeps,
  step: PriceChangeStep,
): Promise<PriceChangeCount> {
  const change = await lock(tx, step.priceChangeId);
  if (!change) return { state: 'unknown', offered: 0, accepted: 0, kept: 0 };
  const asOf = new Date(step.asOf);
  if (change.state !== 'running' && change.state !== 'offered') {
    return countOf(tx, change, change.state);
  }
  await endOpen(tx, change.id, 'lapsed');
  await tx.update(priceChanges).set({ state: 'over' }).where(eq(priceChanges.id, change.id));
  const counted = await countOf(tx, change, 'over');
  await writeAudit(tx, {
    ...{ action: 'price.offers_over', entity: 'price_change', entityId: change.id, asOf },
    before: { state: change.state },
    after: counted,
  });
  const { nameI18n } = await versionOf(tx, change);
  const { offered, accepted, kept } = counted;
  await promiseToUser(tx, change.createdBy, {
    key: `${change.createdBy}:price.over:${change.id}`,
    template: 'price.over',
    params: { planRu: nameI18n.ru, planEn: nameI18n.en, offered, accepted, kept },
    category: 'ops',
    ...{ asOf, settings: await readSettings(tx, deps.settings) },
  });
  return counted;
}

async function countOf(
  tx: Transaction,
  { id, offered }: Change,
  state: Change['state'],
): Promise<PriceChangeCount> {
  const rows = await tx
    .select({ state: priceOffers.state, count: count() })
    .from(priceOffers)
    .where(eq(priceOffers.priceChangeId, id))
    .groupBy(priceOffers.state);
  const of = (name: PriceOfferState) => rows.find((row) => row.state === name)?.count ?? 0;
  return { state, offered, accepted: of('accepted'), kept: of('kept') };
}

export interface WithdrawOrder extends PriceChangeStep {
  readonly operatorId: number;
  readonly reason: string;
}

/** Takes back what was not answered with yes, and what was not sent; prices that were agreed to stand. */
async function withdraw(tx: Transaction, order: WithdrawOrder): Promise<WithdrawOutcome> {
  const change = await lock(tx, order.priceChangeId);
  if (!change) return { kind: 'refused', reason: 'unknown' };
  if (!(await hasRole(tx, order.operatorId, ['admin']))) {
    return { kind: 'refused', reason: 'no_role' };
  }
  if (change.state === 'withdrawn') return { kind: 'withdrawn' };
  if (change.state !== 'running' && change.state !== 'offered') {
    return { kind: 'refused', reason: 'not_possible' };
  }
  await endOpen(tx, change.id, 'withdrawn');
  await tx.update(priceChanges).set({ state: 'withdrawn' }).where(eq(priceChanges.id, change.id));
  await writeAudit(tx, {
    ...{ action: 'price.offers_withdrawn', entity: 'price_change', entityId: change.id },
    actor: { kind: 'operator', id: String(order.operatorId) },
    before: { state: change.state },
    after: { state: 'withdrawn', offered: change.offered, total: change.total },
    ...{ reason: order.reason, asOf: new Date(order.asOf) },
  });
  return { kind: 'withdrawn' };
}

/** Ends the offers that wait for an answer, and the messages about them that were not sent yet. */
export async function endOpen(
  tx: Transaction,
  priceChangeId: string,
  state: 'lapsed' | 'withdrawn' | 'replaced',
): Promise<void> {
  const { userId, subscriptionId, tariffVersionId } = priceOffers;
  const isOpen = and(eq(priceOffers.priceChangeId, priceChangeId), eq(priceOffers.state, 'open'));
  const keys = tx
    .select({
      // As `messageKey` makes it.
      key: sql`${userId} || ':price.offer:' || ${subscriptionId} || ':' || ${tariffVersionId}`,
    })
    .from(priceOffers)
    .where(isOpen);
  await tx
    .update(outboxMessages)
    .set({ state: 'dropped' })
    .where(
      and(
        inArray(outboxMessages.key, keys),
        eq(outboxMessages.state, 'queued'),
        isNull(outboxMessages.sendingSince),
      ),
    );
  await tx.update(priceOffers).set({ state }).where(isOpen);
}

async function lock(tx: Transaction, priceChangeId: string): Promise<Change | undefined> {
  const [row] = await tx
    .select()
    .from(priceChanges)
    .where(eq(priceChanges.id, priceChangeId))
    .for('update');
  return row;
}
