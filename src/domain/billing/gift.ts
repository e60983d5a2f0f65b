/** What a gift does by itself while nobody claims it. */
export type GiftDeadline =
  | { readonly kind: 'remind'; readonly daysLeft: number; readonly atMs: number }
  | { readonly kind: 'expire'; readonly atMs: number };

const DAY = 86_400_000;

/** Days before its end on which the buyer of an unclaimed gift is reminded (SB-21). */
const REMINDED_DAYS = [7, 1] as const;

/** All of them in order; a reminder that would come with the gift itself is left out. Instants in milliseconds. */
export function giftDeadlines(paidMs: number, expiresMs: number): GiftDeadline[] {
  const reminders = REMINDED_DAYS.map((daysLeft) => ({
    ...{ kind: 'remind' as const, daysLeft },
    atMs: expiresMs - daysLeft * DAY,
  }));
  return [...reminders.filter(({ atMs }) => atMs > paidMs), { kind: 'expire', atMs: expiresMs }];
}

/** When an unclaimed gift goes back; days may be fractional, for tests. */
export function giftExpiryMs(paidMs: number, ttlDays: number): number {
  return paidMs + Math.round(ttlDays * DAY);
}
