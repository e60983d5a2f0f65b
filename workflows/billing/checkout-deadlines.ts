import { isOpen } from '../../src/domain/billing/invoice';
import { nextOpenPollMs, nextWatchPollMs, watchEndMs } from '../../src/domain/billing/checkout';
import type { OrderDesk } from './checkout-desk';

export type DeadlineKind = 'remind' | 'poll' | 'expire' | 'endWatch';
export interface Deadline {
  readonly kind: DeadlineKind;
  readonly atMs: number;
}

/** What an operator reads beside the timer. */
export const SUMMARY: Readonly<Record<DeadlineKind, string>> = {
  remind: 'Until the reminder of the unpaid invoice',
  poll: 'Until the provider is asked again',
  expire: 'Until the invoice expires',
  endWatch: 'Until nobody watches for late money any more',
};

/** What comes first of all that an order waits for; undefined when nothing does. */
export function nextDeadline(order: OrderDesk): Deadline | undefined {
  const candidates = isOpen(order.state) ? openDeadlines(order) : watchDeadlines(order);
  return candidates.sort((a, b) => a.atMs - b.atMs)[0];
}

function openDeadlines(order: OrderDesk): Deadline[] {
  const { remindMs } = order;
  const reminder: Deadline[] = remindMs === undefined ? [] : [{ kind: 'remind', atMs: remindMs }];
  return [
    { kind: 'expire', atMs: order.expiresMs },
    ...reminder,
    { kind: 'poll', atMs: nextOpenPollMs(Date.parse(order.invoice.createdAt), order.polledMs) },
  ];
}

function watchDeadlines(order: OrderDesk): Deadline[] {
  const closedMs = order.closedMs ?? order.clock.nowMs();
  return [
    { kind: 'endWatch', atMs: watchEndMs(closedMs, order.invoice.lateWatchDays) },
    { kind: 'poll', atMs: nextWatchPollMs(closedMs, Math.max(order.polledMs, closedMs)) },
  ];
}
