import { and, asc, desc, eq, inArray, sql } from 'drizzle-orm';
import type { Database } from '../../drizzle/client';
import {
  apiClients,
  apiKeys,
  idempotencyKeys,
  invoices,
  payments,
  refunds,
} from '../../drizzle/schema';
import type { RefundPlan } from '../domain/billing/refund';
import type { Money } from '../domain/money';

/** What the API needs to know of its callers and of what they ask about. */
export interface ApiReads {
  /** The keys with these readable beginnings, whatever became of them. */
  apiKeys(prefixes: readonly string[]): Promise<readonly ApiKeyView[]>;
  /** Keys for the administration, those that open first. */
  apiKeyCards(): Promise<readonly ApiKeyCard[]>;
  /** A request that had an effect, by the name its caller gave it. */
  recordedRequest(name: { caller: string; key: string }): Promise<RecordedRequest | undefined>;
  /** A payment with all that went back of it, oldest refund first. */
  paymentRefunds(paymentId: string): Promise<PaymentRefunds | undefined>;
}

export interface ApiKeyView {
  readonly prefix: string;
  readonly keyId: string;
  readonly clientId: string;
  readonly clientName: string;
  readonly isClientActive: boolean;
  /** HMAC-SHA256 of the whole key under the server's pepper. */
  readonly hash: Buffer;
  readonly scopes: readonly string[];
  /** Calls a period that this key alone may make; undefined leaves it to the setting. */
  readonly rateLimit: number | undefined;
  /** ISO 8601. */
  readonly expiresAt: string | undefined;
  readonly revokedAt: string | undefined;
}

export interface ApiKeyCard {
  readonly prefix: string;
  readonly client: string;
  readonly scopes: readonly string[];
  readonly rateLimit: number | null;
  readonly state: 'open' | 'over' | 'revoked';
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
}

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly bodyHash: Buffer;
  readonly resourceId: string | null;
}

export interface PaymentRefunds {
  readonly paymentId: string;
  readonly provider: string;
  readonly state: string;
  readonly userId: number | null;
  readonly invoiceNo: number | null;
  readonly amount: Money;
  readonly refunds: readonly RefundView[];
}

export interface RefundView {
  readonly refundId: string;
  /** Its workflow, which the Web UI finds it by. */
  readonly workflowId: string;
  readonly state: string;
  readonly amountMinor: number;
  readonly policy: string;
  readonly reason: string;
  readonly plan: RefundPlan | null;
  readonly createdAt: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function apiReads(db: Database): ApiReads {
  return {
    apiKeys: (prefixes) => keysOf(db, prefixes),
    apiKeyCards: () => keyCards(db),
    recordedRequest: (name) => recordedRequest(db, name),
    paymentRefunds: (paymentId) => paymentRefunds(db, paymentId),
  };
}

async function keysOf(db: Database, prefixes: readonly string[]): Promise<readonly ApiKeyView[]> {
  const rows = await db
    .select({ key: apiKeys, client: apiClients })
    .from(apiKeys)
    .innerJoin(apiClients, eq(apiClients.id, apiKeys.clientId))
    .where(inArray(apiKeys.prefix, [...prefixes]));
  return rows.map(({ key, client }) => ({
    prefix: key.prefix,
    keyId: key.id,
    clientId: client.id,
    clientName: client.name,
    isClientActive: client.isActive,
    hash: key.hash,
    scopes: key.scopes,
    rateLimit: key.rateLimit ?? undefined,
    expiresAt: key.expiresAt?.toISOString(),
    revokedAt: key.revokedAt?.toISOString(),
  }));
}

/** As many as a screen of buttons takes. */
const MOST_CARDS = 40;

async function keyCards(db: Database): Promise<readonly ApiKeyCard[]> {
  const isOver = sql<boolean>`coalesce(${apiKeys.expiresAt} <= now(), false)`;
  const rows = await db
    .select({ key: apiKeys, client: apiClients.name, isOver })
    .from(apiKeys)
    .innerJoin(apiClients, eq(apiClients.id, apiKeys.clientId))
    .orderBy(sql`${apiKeys.revokedAt} is not null`, isOver, desc(apiKeys.id))
    .limit(MOST_CARDS);
  return rows.map(({ key, client, isOver: isEnded }) => ({
    ...{ prefix: key.prefix, client, scopes: key.scopes, rateLimit: key.rateLimit },
    state: key.revokedAt ? 'revoked' : isEnded ? 'over' : 'open',
    expiresAt: key.expiresAt?.toISOString() ?? null,
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
  }));
}

async function recordedRequest(
  db: Database,
  { caller, key }: { caller: string; key: string },
): Promise<RecordedRequest | undefined> {
  const [row] = await db
    .select()
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.caller, caller), eq(idempotencyKeys.key, key)));
  return row;
}

async function paymentRefunds(
  db: Database,
  paymentId: string,
): Promise<PaymentRefunds | undefined> {
  if (!UUID.test(paymentId)) return undefined;
  const [row] = await db
    .select({ payment: payments, invoice: invoices })
    .from(payments)
    .leftJoin(invoices, eq(invoices.id, payments.invoiceId))
    .where(eq(payments.id, paymentId));
  if (!row) return undefined;
  const { payment, invoice } = row;
  const { amountMinor: minor, currency, exponent } = payment;
  return {
    paymentId,
    provider: payment.provider,
    state: payment.state,
    userId: invoice?.userId ?? payment.payerUserId,
    invoiceNo: invoice?.no ?? null,
    amount: { minor, currency, exponent },
    refunds: await refundsOf(db, paymentId),
  };
}

async function refundsOf(db: Database, paymentId: string): Promise<readonly RefundView[]> {
  const rows = await db
    .select()
    .from(refunds)
    .where(eq(refunds.paymentId, paymentId))
    .orderBy(asc(refunds.id));
  return rows.map((row) => ({
    refundId: row.id,
    workflowId: row.key,
    state: row.state,
    amountMinor: row.amountMinor,
    policy: row.policy,
    reason: row.reason,
    plan: row.plan,
    createdAt: row.recordedAt.toISOString(),
  }));
}
