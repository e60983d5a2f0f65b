import { v7 } from 'uuid';
import type { HoldEnd } from '../../../activities/billing/work-holds/settling';
import type { WorkHoldOrder } from '../../../activities/billing/work-holds/placing';
import { tokens } from '../../../src/domain/tokens';
import type { HoldView, HoldWish, RequestName } from '../../../workflows/billing/hold/contract';
import { after, asWorkflow, NOON, type Books } from './books';
import { pending } from './orders';
import { paidFact, post, rub } from './payments';

/** A name no other request has. */
export function named(path = '/holds', change: Partial<RequestName> = {}): RequestName {
  return { caller: 'client', key: v7(), method: 'POST', path, bodyHash: '00', ...change };
}

/** Another service that reserves tokens for its jobs. */
export class JobClient {
  readonly clientId = v7();

  constructor(private readonly books: Books) {}

  async open(): Promise<this> {
    const name = `client ${this.clientId}`;
    await this.books.sql`insert into api_clients (id, name) values (${this.clientId}, ${name})`;
    return this;
  }

  order(
    userId: number,
    count: number,
    change: Partial<HoldWish> & { at?: string } = {},
  ): WorkHoldOrder {
    const { at = NOON, ...wish } = change;
    const request = wish.request ?? named();
    return {
      holdKey: `${this.clientId}:${request.key}`,
      userId,
      at,
      wish: {
        clientId: this.clientId,
        amountUtok: tokens(count),
        leaseSeconds: 60,
        onExpiry: 'capture_reported',
        track: 'essay',
        description: 'an essay',
        ...wish,
        request,
      },
    };
  }

  place(order: WorkHoldOrder, books: Pick<Books, 'act'> = this.books) {
    return asWorkflow(`hold:${order.holdKey}`, () => books.act.placeWorkHold(order));
  }

  /** Reserves tokens; fails when they are refused. */
  async hold(
    userId: number,
    count: number,
    change: Partial<HoldWish> & { at?: string } = {},
  ): Promise<HoldView> {
    const { answer } = await this.place(this.order(userId, count, change));
    if (answer.kind !== 'placed') throw new Error(`refused: ${JSON.stringify(answer)}`);
    return answer.hold;
  }

  report(holdId: string, count: number, change: { request?: RequestName; seconds?: number } = {}) {
    const { request = named(), seconds = 60 } = change;
    const leaseUntil = new Date(Date.parse(NOON) + seconds * 1_000).toISOString();
    return asWorkflow('hold:test', () =>
      this.books.act.reportHold({
        holdId,
        request,
        reportedUtok: Math.round(count * 1_000_000),
        leaseUntil,
        asOf: NOON,
      }),
    );
  }

  end(holdId: string, by: HoldEnd['by'], change: Partial<HoldEnd> = {}) {
    const asks = by === 'capture' || by === 'release' ? { request: named() } : {};
    const end = { holdId, by, asOf: after(0.01), ...asks, ...change };
    return asWorkflow('hold:test', () => this.books.act.endHold(end));
  }
}

/** Somebody with thirty days of access and so many tokens. */
export async function spender(books: Books, tokenCount: number): Promise<number> {
  const amountMinor = (tokenCount + 100) * 100;
  const order = await pending(books, { amountMinor });
  await post(books, paidFact(order, { amount: rub(amountMinor) }));
  return order.userId;
}

/** Gives a limit of so many tokens a day to a person and returns what is counted of it. */
export async function limit(books: Books, userId: number, tokenCount: number) {
  const scopeId = String(userId);
  await asWorkflow(`limits:${v7()}`, () =>
    books.act.setLimits({
      wishes: [{ scope: 'user', scopeId, dayUtok: tokens(tokenCount), monthUtok: null }],
      actor: { kind: 'system', id: 'test' },
      asOf: NOON,
    }),
  );
  return async () => {
    const [row] = await books.sql`
      select used_utok::float8 as used from limit_counters where scope_id = ${scopeId}`;
    return Number(row?.['used'] ?? 0) / 1e6;
  };
}
