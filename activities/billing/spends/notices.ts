import { eq, inArray } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { apiClients, apiKeys } from '../../../drizzle/schema';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import {
  crossedThreshold,
  reachedPercent,
  thresholdsOf,
  type ToldPercent,
} from '../../../src/domain/billing/spend-notices';
import { promiseToOperators, promiseToUsers } from '../../outbox';
import type { OpenLimit } from './limits';

/** One debit as it left a wallet, in micro-tokens of its balance. */
export interface WalletFall {
  readonly userId: number;
  readonly balanceBeforeUtok: number;
  readonly balanceAfterUtok: number;
  /** The charge that took it: the message is sent once for it. */
  readonly chargeId: string;
  readonly asOf: Date;
}

/**
 * Promises people that their balance runs low: one message for the lowest threshold that the debits of this
 * transaction took a wallet past (SP-8). Takes all debits of a batch in their order; a charge of nothing is silent.
 */
export async function noticeFalls(
  tx: Transaction,
  { falls, settings }: { falls: readonly WalletFall[]; settings: BillingSettings },
): Promise<void> {
  const thresholds = thresholdsOf(settings.lowBalanceThresholds);
  const offer = settings.autoTopupDailyCapMinor > 0 ? { offersAuto: 1 } : {};
  const messages = wholeFalls(falls).flatMap((fall) => {
    const { balanceBeforeUtok: fromUtok, balanceAfterUtok: toUtok } = fall;
    const thresholdUtok = crossedThreshold({ fromUtok, toUtok }, thresholds);
    if (thresholdUtok === undefined) return [];
    return [
      {
        userId: fall.userId,
        key: `${fall.userId}:low.balance:${thresholdUtok}:${fall.chargeId}`,
        template: 'low.balance' as const,
        params: { balanceUtok: toUtok, thresholdUtok, ...offer },
        category: 'service' as const,
        asOf: fall.asOf,
      },
    ];
  });
  await promiseToUsers(tx, { messages, settings });
}

/** Debits of one wallet, seen as one: what it had before the first and after the last. */
function wholeFalls(falls: readonly WalletFall[]): readonly WalletFall[] {
  const whole = new Map<number, WalletFall>();
  for (const fall of falls) {
    const first = whole.get(fall.userId) ?? fall;
    whole.set(fall.userId, { ...fall, balanceBeforeUtok: first.balanceBeforeUtok });
  }
  return [...whole.values()];
}

/** What one spend or hold took of one limit. */
export interface LimitFill {
  /** As it was locked, before anything of this transaction was counted. */
  readonly limit: OpenLimit;
  readonly byUtok: number;
  /** Costs of delivered work alarm nobody (TC-9). */
  readonly isPostPaid: boolean;
  readonly asOf: Date;
}

/**
 * Promises a message when a limit is reached by half, by four fifths or wholly: to the person for their own, to the
 * operators for that of a key or a client; once per window and part. Takes the fills of a batch in their order.
 */
export async function noticeLimits(
  tx: Transaction,
  { fills, settings }: { fills: readonly LimitFill[]; settings: BillingSettings },
): Promise<void> {
  const reached = reachedLimits(fills);
  const own = reached.filter(({ limit, isPostPaid }) => limit.scope === 'user' && !isPostPaid);
  await promiseToUsers(tx, {
    messages: own.map((one) => ({
      userId: Number(one.limit.scopeId),
      key: noticeKey(one),
      template: 'limit.reached' as const,
      params: { ...figures(one), until: one.limit.resetsAt },
      category: 'service' as const,
      asOf: one.asOf,
    })),
    settings,
  });
  const others = reached.filter(({ limit }) => limit.scope !== 'user');
  const names = await namesOf(tx, others);
  for (const one of others) {
    const { scope, scopeId, resetsAt } = one.limit;
    await promiseToOperators(tx, settings, {
      key: noticeKey(one),
      template: 'ops.limit',
      params: { ...figures(one), scope, name: names.get(scopeId) ?? scopeId, until: resetsAt },
      asOf: one.asOf,
    });
  }
}

interface Reached extends LimitFill {
  readonly percent: ToldPercent;
  readonly usedUtok: number;
}

function reachedLimits(fills: readonly LimitFill[]): readonly Reached[] {
  const used = new Map<string, number>();
  return fills.flatMap((fill) => {
    const { limit, byUtok } = fill;
    const fromUtok = used.get(limit.limitId) ?? limit.usedUtok;
    const usedUtok = fromUtok + byUtok;
    used.set(limit.limitId, usedUtok);
    const percent = reachedPercent({ fromUtok, toUtok: usedUtok, limitUtok: limit.limitUtok });
    return percent === undefined ? [] : [{ ...fill, percent, usedUtok }];
  });
}

function noticeKey({ limit, percent }: Reached): string {
  const { scope, scopeId, window, windowStart } = limit;
  return `limit:${scope}:${scopeId}:${window}:${windowStart.toISOString()}:${percent}`;
}

function figures({ limit, percent, usedUtok }: Reached) {
  return { percent, window: limit.window, limitUtok: limit.limitUtok, usedUtok };
}

/** How operators know clients and keys: by the client's name, and the beginning of the key. */
async function namesOf(
  tx: Transaction,
  reached: readonly Reached[],
): Promise<ReadonlyMap<string, string>> {
  const ids = (scope: OpenLimit['scope']) =>
    reached.filter(({ limit }) => limit.scope === scope).map(({ limit }) => limit.scopeId);
  if (reached.length === 0) return new Map();
  const clients = await tx
    .select({ id: apiClients.id, name: apiClients.name })
    .from(apiClients)
    .where(inArray(apiClients.id, ids('client')));
  const keys = await tx
    .select({ id: apiKeys.id, prefix: apiKeys.prefix, name: apiClients.name })
    .from(apiKeys)
    .innerJoin(apiClients, eq(apiClients.id, apiKeys.clientId))
    .where(inArray(apiKeys.id, ids('key')));
  return new Map([
    ...clients.map(({ id, name }): [string, string] => [id, name]),
    ...keys.map(({ id, name, prefix }): [string, string] => [id, `${name}, ${prefix}…`]),
  ]);
}
