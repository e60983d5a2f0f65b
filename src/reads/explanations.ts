import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Database } from '../../drizzle/client';
import {
  accounts,
  charges,
  entries,
  holds,
  invoices,
  lotMoves,
  lots,
  payments,
  promoCodes,
  quotes,
  subscriptions,
  tariffs,
  tariffVersions,
  transfers,
  usageEvents,
  users,
} from '../../drizzle/schema';
import { termsHash } from '../../drizzle/terms-hash';
import type {
  ChargeFact,
  EntryFacts,
  FeeFact,
  LegFact,
  MoveFact,
  OrderFact,
  UsageFact,
} from '../domain/billing/explain';
import { canonicalTerms } from '../domain/billing/pricing';
import type { HistoryRow } from './billing';
import { historyRows } from './history';

export interface ExplanationReads {
  /**
   * What the books say of the line a transfer wrote into a person's wallet; without a person, into whose wallet ever,
   * which only operators may ask. Undefined when it touched none.
   */
  entryFacts(wanted: EntryQuestion): Promise<EntryFacts | undefined>;
  /** The latest debits of a wallet, newest first, five at most. */
  latestDebits(userId: number): Promise<readonly HistoryRow[]>;
}

export interface EntryQuestion {
  readonly transferId: string;
  readonly userId: number | undefined;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const SHOWN_DEBITS = 5;

export function latestDebits(db: Database, userId: number): Promise<readonly HistoryRow[]> {
  return historyRows(db, userId, { where: lt(entries.amount, 0), limit: SHOWN_DEBITS });
}

export async function entryFacts(
  db: Database,
  question: EntryQuestion,
): Promise<EntryFacts | undefined> {
  const { transferId } = question;
  if (!UUID.test(transferId)) return undefined;
  const line = await walletLine(db, question);
  if (!line) return undefined;
  const { transfer, entry, wallet } = line;
  const [legs, moves, usage, order, fee, reversedBy] = await Promise.all([
    legsOf(db, transferId),
    movesOf(db, { entryId: entry.id, transferId }),
    usageOf(db, transferId),
    transfer.invoiceId === null ? undefined : orderOf(db, transfer.invoiceId),
    transfer.kind === 'subscription_fee' ? feeOf(db, transfer) : undefined,
    reversalsOf(db, transferId),
  ]);
  const meta = transfer.meta as { readonly sold?: unknown; readonly reason?: unknown };
  return {
    transferId,
    userId: wallet.userId ?? 0,
    kind: transfer.kind,
    asOf: transfer.asOf.toISOString(),
    key: transfer.key,
    amountUtok: entry.amount,
    balanceBeforeUtok: line.balanceBefore ?? 0,
    balanceAfterUtok: entry.balanceAfter ?? 0,
    wallet: {
      balanceUtok: wallet.balance ?? 0,
      heldUtok: wallet.held,
      lotsUtok: line.lotsUtok,
    },
    hadHold: line.hadHold,
    sold: textOf(meta.sold),
    reason: textOf(meta.reason),
    legs,
    moves,
    ...usage,
    order,
    fee,
    reverses: transfer.reversesTransferId ?? undefined,
    reversedBy,
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** What lies before somebody came back after an erasure is not theirs to see any more (AU-4). */
const isVisible = sql`${transfers.asOf} >= coalesce(${users.visibleFrom}, '-infinity')`;

async function walletLine(db: Database, { transferId, userId }: EntryQuestion) {
  const earlier = alias(entries, 'earlier');
  const balanceBefore = sql<number | null>`(
    select ${earlier.balanceAfter} from ${entries} ${sql.identifier('earlier')}
    where ${earlier.accountId} = ${entries.accountId} and ${earlier.id} < ${entries.id}
    order by ${earlier.id} desc limit 1)`.mapWith((value: string | number | null) =>
    value === null ? null : Number(value),
  );
  const [row] = await db
    .select({
      transfer: transfers,
      entry: entries,
      wallet: accounts,
      balanceBefore,
      lotsUtok: sql<number>`(
        select coalesce(sum(l.remaining_utok), 0) from ${lots} l
        where l.account_id = ${accounts.id})`.mapWith(Number),
      hadHold: sql<boolean>`exists (
        select 1 from ${holds} h
        where h.user_id = ${accounts.userId} and h.recorded_at <= ${entries.recordedAt})`,
    })
    .from(transfers)
    .innerJoin(entries, eq(entries.transferId, transfers.id))
    .innerJoin(accounts, eq(accounts.id, entries.accountId))
    .innerJoin(users, eq(users.id, accounts.userId))
    .where(
      and(
        eq(transfers.id, transferId),
        userId === undefined ? undefined : and(eq(accounts.userId, userId), isVisible),
      ),
    )
    .limit(1);
  return row;
}

async function legsOf(db: Database, transferId: string): Promise<readonly LegFact[]> {
  return db
    .select({ account: accounts.code, asset: accounts.asset, amount: entries.amount })
    .from(entries)
    .innerJoin(accounts, eq(accounts.id, entries.accountId))
    .where(eq(entries.transferId, transferId))
    .orderBy(entries.id);
}

async function movesOf(
  db: Database,
  { entryId, transferId }: { entryId: number; transferId: string },
): Promise<readonly MoveFact[]> {
  const rows = await db
    .select({
      move: lotMoves,
      lot: lots,
      filledAt: transfers.asOf,
      currency: sql<string | null>`coalesce(${invoices.currency}, ${payments.currency})`,
      exponent: sql<number | null>`coalesce(${invoices.exponent}, ${payments.exponent})`,
    })
    .from(lotMoves)
    .innerJoin(lots, eq(lots.id, lotMoves.lotId))
    .innerJoin(transfers, eq(transfers.id, lots.transferId))
    .leftJoin(invoices, eq(invoices.id, lots.invoiceId))
    .leftJoin(payments, eq(payments.id, transfers.paymentId))
    .where(eq(lotMoves.entryId, entryId))
    .orderBy(lotMoves.id);
  return rows.map(({ move, lot, filledAt, currency, exponent }) => ({
    lotId: lot.id,
    origin: lot.origin,
    amountUtok: move.amountUtok,
    expiresAt: lot.expiresAt?.toISOString() ?? null,
    filledAt: filledAt.toISOString(),
    paidMinor: lot.unitPriceMinorNum,
    paidForUtok: lot.unitPriceMinorDen,
    currency,
    exponent,
    isOpened: lot.transferId === transferId,
  }));
}

async function usageOf(
  db: Database,
  transferId: string,
): Promise<{ charge: ChargeFact | undefined; events: readonly UsageFact[] }> {
  const rows = await db
    .select({ charge: charges, event: usageEvents })
    .from(charges)
    .leftJoin(usageEvents, eq(usageEvents.chargeId, charges.id))
    .where(eq(charges.transferId, transferId))
    .orderBy(usageEvents.occurredAt, usageEvents.id)
    .limit(20);
  const events = rows.flatMap(({ event }) => (event ? [event] : []));
  return {
    charge: rows[0] && chargeFact(rows[0].charge),
    events: events.map((event) => ({
      ...event,
      occurredAt: event.occurredAt.toISOString(),
      isFinal: event.final,
    })),
  };
}

/** What a job had been charged before stands with the charge that completed it. */
function chargeFact(charge: typeof charges.$inferSelect): ChargeFact {
  const { earlierUtok } = charge.meta as { earlierUtok?: unknown };
  return { ...charge, ...(typeof earlierUtok === 'number' ? { earlierUtok } : {}) };
}

async function orderOf(db: Database, invoiceId: string): Promise<OrderFact | undefined> {
  const [row] = await db
    .select({
      invoice: invoices,
      quote: quotes,
      version: tariffVersions,
      kind: tariffs.kind,
      promoCode: promoCodes.code,
    })
    .from(invoices)
    .innerJoin(quotes, eq(quotes.id, invoices.quoteId))
    .innerJoin(tariffVersions, eq(tariffVersions.id, quotes.tariffVersionId))
    .innerJoin(tariffs, eq(tariffs.id, tariffVersions.tariffId))
    .leftJoin(promoCodes, eq(promoCodes.id, quotes.promoCodeId))
    .where(eq(invoices.id, invoiceId));
  if (!row) return undefined;
  const { invoice, quote, version, kind, promoCode } = row;
  return {
    ...quote,
    invoiceNo: invoice.no,
    provider: invoice.provider,
    planName: version.nameI18n,
    tariffKind: kind,
    version: version.version,
    promoCode,
    isIntact: termsHash(canonicalTerms(quote)).equals(quote.termsHash),
  };
}

/** The fee of period 0 stands in the order's quote, that of a later one in the version the subscription had. */
async function feeOf(
  db: Database,
  transfer: typeof transfers.$inferSelect,
): Promise<FeeFact | undefined> {
  const { subscriptionId, periodN, invoiceId } = transfer;
  if (subscriptionId === null) return undefined;
  const [row] = await db
    .select({
      planName: tariffVersions.nameI18n,
      version: tariffVersions.version,
      feeUtok: tariffVersions.feeUtok,
    })
    .from(tariffVersions)
    .where(
      inArray(
        tariffVersions.id,
        invoiceId === null
          ? db
              .select({ id: subscriptions.tariffVersionId })
              .from(subscriptions)
              .where(eq(subscriptions.id, subscriptionId))
          : db
              .select({ id: quotes.tariffVersionId })
              .from(quotes)
              .innerJoin(invoices, eq(invoices.quoteId, quotes.id))
              .where(eq(invoices.id, invoiceId)),
      ),
    );
  return row && { ...row, periodN: periodN ?? 0 };
}

async function reversalsOf(db: Database, transferId: string): Promise<readonly string[]> {
  const rows = await db
    .select({ id: transfers.id })
    .from(transfers)
    .where(eq(transfers.reversesTransferId, transferId))
    .orderBy(desc(transfers.id))
    .limit(3);
  return rows.map(({ id }) => id);
}
