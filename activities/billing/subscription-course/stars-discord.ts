import { and, asc, eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { paymentMethods } from '../../../drizzle/schema';
import type { StarsDiscord } from '../../../src/domain/billing/subscription-course';
import type { Method } from '../charges/methods';
import type { Subscription } from '../timelines';

/** What Telegram has to be told: of which subscription in Stars, and whether it is to be charged. */
export interface StarsWord {
  readonly method: Method;
  readonly isToCharge: boolean;
}

/** The first subscription in Stars that Telegram treats otherwise than its owner wants; undefined when all agree. */
export async function starsWord(
  tx: Pick<Transaction, 'select'>,
  row: Subscription,
): Promise<StarsWord | undefined> {
  const methods = await tx
    .select()
    .from(paymentMethods)
    .where(and(eq(paymentMethods.subscriptionId, row.id), eq(paymentMethods.provider, 'stars')))
    .orderBy(asc(paymentMethods.id));
  return wordOf(row, methods);
}

function wordOf(row: Subscription, methods: readonly Method[]): StarsWord | undefined {
  return methods
    .map((method) => ({ method, isToCharge: isToCharge(row, method) }))
    .find(({ method, isToCharge }) => isToCharge !== (method.state === 'active'));
}

/** Telegram charges only what drives a subscription that is to go on. */
function isToCharge(row: Subscription, { id }: Method): boolean {
  const isOver = row.state === 'expired' || row.state === 'ended';
  const isDriving = row.driver === 'stars' && row.methodId === id;
  const isToRest = row.state === 'paused' || row.pauseDays !== null;
  return isDriving && !isOver && row.autoRenew && !row.cancelAtEnd && !isToRest;
}

/** The same for the course of a subscription, whose methods in Stars were read in the order of their ids. */
export function discordOf(row: Subscription, methods: readonly Method[]): StarsDiscord | undefined {
  const word = wordOf(row, methods);
  if (!word) return undefined;
  const { touchedAt } = word.method;
  return touchedAt ? { touchedMs: touchedAt.getTime() } : {};
}
