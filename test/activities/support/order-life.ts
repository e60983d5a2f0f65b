import fc from 'fast-check';
import type { Database, Transaction } from '../../../drizzle/client';
import { spendTokens } from '../../../activities/billing/spending';
import { inTransaction } from '../../../activities/transactions';
import { replayedFigures, standingFigures } from '../../support/ledger/replay';
import { after, asWorkflow, SETTINGS, type Activities, type Books } from './books';
import { fakeProvider } from './books';
import { sell, wishFor, type Sold } from './refunds';
import { counting, CutOff } from './sabotage';
import { grant, transfer } from './transfers';

/** What happens around paid orders; `pick` chooses among the orders, refunds or disputes there are. */
export type OrderStep =
  | { readonly kind: 'buy'; readonly rubles: number }
  | { readonly kind: 'bonus'; readonly tokens: number; readonly hours: number }
  | { readonly kind: 'spend'; readonly tokens: number; readonly isPostPaid: boolean }
  | {
      readonly kind: 'refund';
      readonly pick: number;
      readonly policy: 'unspent_only' | 'full_with_debt' | 'goodwill';
      readonly percent: number;
    }
  | {
      readonly kind: 'endRefund';
      readonly pick: number;
      readonly how: 'book' | 'refuse' | 'abandon';
    }
  | { readonly kind: 'dispute'; readonly pick: number; readonly percent: number }
  | { readonly kind: 'endDispute'; readonly pick: number; readonly how: 'win' | 'lose' };

export type CutOrderStep = OrderStep & { readonly cutAfter: number | undefined };

const pick = fc.nat({ max: 3 });
const percent = fc.constantFrom(100, 100, 50, 17);

const step: fc.Arbitrary<OrderStep> = fc.oneof(
  fc.record({ kind: fc.constant('buy' as const), rubles: fc.integer({ min: 200, max: 900 }) }),
  fc.record({
    kind: fc.constant('bonus' as const),
    tokens: fc.integer({ min: 1, max: 90 }),
    hours: fc.integer({ min: 1, max: 20 }),
  }),
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('spend' as const),
      tokens: fc.integer({ min: 1, max: 400 }),
      isPostPaid: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('refund' as const),
      pick,
      policy: fc.constantFrom('unspent_only', 'full_with_debt', 'goodwill'),
      percent,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('endRefund' as const),
      pick,
      how: fc.constantFrom('book', 'book', 'refuse', 'abandon'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('dispute' as const), pick, percent }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('endDispute' as const),
      pick,
      how: fc.constantFrom('win', 'lose'),
    }),
  },
);

/** The life of a person's orders; each begins with one. */
export const orderLife: fc.Arbitrary<CutOrderStep[]> = fc.array(
  fc
    .tuple(step, fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined, freq: 3 }))
    .map(([done, cutAfter]): CutOrderStep => ({ ...done, cutAfter })),
  { minLength: 3, maxLength: 14, size: 'max' },
);

interface OpenRefund {
  readonly workflowId: string;
  readonly sold: Sold;
}

interface OpenDispute {
  readonly workflowId: string;
  readonly name: { provider: string; ref: string; providerPaymentId: string };
}

/** Orders of one person, refunded and disputed by the activities of the product. */
export class OrderLife {
  private hour = 1;
  private made = 0;
  private readonly orders: Sold[] = [];
  private readonly refunds: OpenRefund[] = [];
  private readonly disputes: OpenDispute[] = [];

  private constructor(
    private readonly books: Books,
    private readonly userId: number,
  ) {}

  /** Throws at the first step after which the books contradict themselves or their own past. */
  static async live(books: Books, steps: readonly CutOrderStep[]): Promise<void> {
    const life = new OrderLife(books, await books.newUser());
    await life.buy(500);
    for (const step of steps) {
      life.hour += 1;
      await life.take(step);
      await life.requireSoundness(step.kind);
    }
  }

  private async take(step: CutOrderStep): Promise<void> {
    this.made += 1;
    switch (step.kind) {
      case 'buy':
        return this.buy(step.rubles);
      case 'bonus':
        return this.bonus(step);
      case 'spend':
        return this.spend(step);
      case 'refund':
        return this.refund(step);
      case 'endRefund':
        return this.endRefund(step);
      case 'dispute':
        return this.dispute(step);
      case 'endDispute':
        return this.endDispute(step);
    }
  }

  /** A dispute freezes the checkout, so nothing is bought meanwhile (DP-1). */
  private async buy(rubles: number): Promise<void> {
    const [person] = await this.books.sql`
      select money_frozen_by from users where id = ${this.userId}`;
    if (person?.['money_frozen_by'] != null) return;
    const order = { userId: this.userId, amountMinor: rubles * 100, asOf: this.asOf() };
    this.orders.push(await sell(this.books, order));
  }

  private async bonus({ tokens, hours }: Extract<OrderStep, { kind: 'bonus' }>): Promise<void> {
    const expiresAt = new Date(after(this.hour + hours));
    await transfer(this.books, grant(this.userId, tokens, { origin: 'promo', expiresAt }));
  }

  private async spend(step: Extract<CutOrderStep, { kind: 'spend' }>): Promise<void> {
    const spending = {
      key: `spend:${this.userId}:${this.made}`,
      userId: this.userId,
      requestedUtok: step.tokens * 1_000_000,
      kind: 'track' as const,
      description: 'a step of a life',
      meta: {},
      asOf: new Date(this.asOf()),
      settings: SETTINGS,
      ...(step.isPostPaid ? { lowestUtok: -300_000_000 } : {}),
    };
    await this.twice(step, 'spend', (_act, db) =>
      inTransaction(db, (tx) => spendTokens(tx, spending)),
    );
  }

  private async refund(step: Extract<CutOrderStep, { kind: 'refund' }>): Promise<void> {
    const sold = chosen(this.orders, step.pick);
    if (!sold) return;
    const workflowId = `refund:${sold.paymentId}:${this.made}`;
    const amountMinor = Math.max(1, Math.floor((20_000 * step.percent) / 100));
    const part = step.percent === 100 ? {} : { amountMinor };
    const wish = { ...wishFor(sold, { policy: step.policy, ...part }), asOf: this.asOf() };
    const proposed = await this.twice(step, workflowId, (act) => act.proposeRefund(wish));
    if (proposed.kind === 'refused') return;
    const frozen = await this.twice(step, workflowId, (act) =>
      act.freezeRefund({ ...wish, attempt: 1 }),
    );
    if (frozen.kind === 'frozen') this.refunds.push({ workflowId, sold });
  }

  private async endRefund(step: Extract<CutOrderStep, { kind: 'endRefund' }>): Promise<void> {
    const refund = removed(this.refunds, step.pick);
    if (!refund) return;
    const { workflowId, sold } = refund;
    const shared = { paymentId: sold.paymentId, asOf: this.asOf() };
    const by = { kind: 'operator', id: 'anna' } as const;
    const reason = 'changed my mind about it';
    const end = (act: Activities): Promise<unknown> => {
      switch (step.how) {
        case 'book':
          return act.settleRefund({ ...shared, providerRef: 'r', requestedBy: by, reason });
        case 'refuse':
          return act.releaseRefund({ ...shared, attempt: 1, refusal: 'too old' });
        case 'abandon':
          return act.abandonRefund({ ...shared, by, reason });
      }
    };
    await this.twice(step, workflowId, end);
  }

  private async dispute(step: Extract<CutOrderStep, { kind: 'dispute' }>): Promise<void> {
    const sold = chosen(this.orders, step.pick);
    if (!sold) return;
    const ref = `d${this.userId}-${this.made}`;
    const { providerPaymentId } = sold.fact;
    const name = { provider: 'mock', ref, providerPaymentId };
    const workflowId = `dispute:mock:${ref}`;
    const part = step.percent === 100 ? {} : { amountMinor: 200 * step.percent };
    const news = { ...name, ...part, asOf: this.asOf(), isDecided: false };
    const opened = await this.twice(step, workflowId, (act) => act.openDispute(news));
    if (opened.kind === 'standing') this.disputes.push({ workflowId, name });
  }

  private async endDispute(step: Extract<CutOrderStep, { kind: 'endDispute' }>): Promise<void> {
    const dispute = removed(this.disputes, step.pick);
    if (!dispute) return;
    const name = { ...dispute.name, asOf: this.asOf() };
    await this.twice(step, dispute.workflowId, async (act) => {
      await (step.how === 'win' ? act.winDispute(name) : act.loseDispute(name));
    });
  }

  /** Cut off at first where the step says so, then done, then done again, which must change nothing. */
  private async twice<T>(
    { cutAfter }: CutOrderStep,
    workflowId: string,
    work: (act: Activities, db: Database) => Promise<T>,
  ): Promise<T> {
    const { db } = this.books;
    const run = (on: Database) => asWorkflow(workflowId, () => work(this.activities(on), on));
    if (cutAfter !== undefined) {
      await run(sabotaged(db, cutAfter)).catch((error: unknown) => {
        if (!(error instanceof CutOff)) throw error;
      });
    }
    const result = await run(db);
    const once = await standingFigures(this.books.sql, this.userId);
    await run(db);
    const again = await standingFigures(this.books.sql, this.userId);
    if (JSON.stringify(once) !== JSON.stringify(again))
      throw new Error('a repeat changed something');
    return result;
  }

  private activities(db: Database): Activities {
    const capabilities = {
      currencies: ['RUB'],
      canAsk: true,
      canRefund: 'partial',
      canCancel: true,
    } as const;
    const providers = new Map([['mock', fakeProvider({ capabilities })]]);
    return this.books.activities({ db, providers });
  }

  private async requireSoundness(after: string): Promise<void> {
    const { sql } = this.books;
    const standing = await standingFigures(sql, this.userId);
    const replayed = await replayedFigures(sql, this.userId);
    const [said, told] = [JSON.stringify(standing), JSON.stringify(replayed)];
    if (said !== told) throw new Error(`after ${after}: standing ${said}, replayed ${told}`);
    const remaining = standing.lots.reduce((sum, [left]) => sum + left, 0);
    const debt = Math.max(0, standing.held - standing.balance);
    if (standing.balance !== remaining - debt) throw new Error(`after ${after}: ${said}`);
  }

  private asOf(): string {
    return after(this.hour);
  }
}

function sabotaged(db: Database, cutAfter: number): Database {
  const transaction = (body: (tx: Transaction) => Promise<unknown>) =>
    db.transaction((tx) => body(counting(tx, cutAfter)));
  return new Proxy(db, {
    get: (target, name) =>
      name === 'transaction' ? transaction : (Reflect.get(target, name, target) as unknown),
  });
}

function chosen<T>(among: readonly T[], index: number): T | undefined {
  return among[index % Math.max(1, among.length)];
}

function removed<T>(among: T[], index: number): T | undefined {
  return among.splice(index % Math.max(1, among.length), 1)[0];
}
