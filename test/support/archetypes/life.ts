import { eq } from 'drizzle-orm';
import { v7 } from 'uuid';
import { tokenAccount, wallet } from '../../../activities/billing/accounts';
import { postTransfer } from '../../../activities/billing/ledger';
import { insertSubscription } from '../../../activities/billing/timelines';
import type { Transaction } from '../../../drizzle/client';
import { subscriptions, trialGrants } from '../../../drizzle/schema';
import { fundsArrivedSignal, subscriptionWorkflowId } from '../../../workflows/billing/contract';
import { billingUserId } from '../../../workflows/contract';
import { asWorkflow } from '../../activities/support/books';
import { asOfOf, newUser } from '../shop';
import type { Stack } from '../stack';
import type { Archetype } from './list';
import { newPlan, type Plan } from './plans';

const DAY = 86_400_000;
const UTOK = 1_000_000;
const NEXT_YEAR_DAYS = 400;
const TRIAL: Plan = { unit: 'week', roubles: 0 };

/** One subscription of an archetype, and what its owner can do. */
export class Life {
  private credits = 0;

  private constructor(
    private readonly stack: Stack,
    private readonly archetype: Archetype,
    readonly userId: number,
    readonly subscriptionId: string,
  ) {}

  /** Puts a person into the archetype's time, with a wallet and a subscription that begins at that very instant. */
  static async begin(stack: Stack, archetype: Archetype): Promise<Life> {
    const userId = await newUser(stack);
    const life = new Life(stack, archetype, userId, v7());
    const { plan, tokens, trial } = archetype;
    const beginsAt = new Date(archetype.beginsAt);
    const versionId = await newPlan(stack, plan);
    if (tokens > 0) await life.post(tokens, beginsAt);
    if (trial) await life.insert({ plan: TRIAL, versionId: await newPlan(stack, TRIAL) }, beginsAt);
    else await life.insert({ plan, versionId }, beginsAt);
    if (trial === 'converts') await life.chooseAfterTrial(versionId);
    await life.start(beginsAt.getTime() - Date.now());
    return life;
  }

  /** Lives through the archetype's whole span, doing what its owner does on the way. */
  async live(): Promise<void> {
    const { acts = [], days = NEXT_YEAR_DAYS } = this.archetype;
    let lived = 0;
    for (const { afterDays, what } of acts) {
      if (afterDays > lived) await this.stack.advance(this.userId, (afterDays - lived) * DAY);
      lived = afterDays;
      await what(this);
    }
    await this.stack.advance(this.userId, (days - lived) * DAY);
  }

  async cancel(): Promise<unknown> {
    return this.stack.commands.cancelSubscription(this.own());
  }

  async mute(): Promise<unknown> {
    return this.stack.commands.muteReminders({ ...this.own(), isMuted: true });
  }

  async pause(days: number): Promise<unknown> {
    return this.stack.commands.pauseSubscription({ ...this.own(), days, from: 'now' });
  }

  async resume(): Promise<unknown> {
    return this.stack.commands.resumeSubscription(this.own());
  }

  async choose(plan: Plan): Promise<unknown> {
    const tariffVersionId = await newPlan(this.stack, plan);
    const { userId, subscriptionId } = this;
    return this.stack.commands.changeTariff({ userId, subscriptionId, tariffVersionId });
  }

  /** Tokens that arrive as a top-up's do: the sleeping workflow is told. */
  async credit(tokens: number): Promise<void> {
    const { asOf } = await asOfOf(this.stack, this.userId);
    await this.post(tokens, asOf);
    const handle = this.stack.client.workflow.getHandle(
      subscriptionWorkflowId(this.subscriptionId),
    );
    await handle.signal(fundsArrivedSignal);
  }

  private own() {
    return { userId: this.userId, subscriptionId: this.subscriptionId };
  }

  private async post(tokens: number, asOf: Date): Promise<void> {
    const { userId } = this;
    this.credits += 1;
    const key = `archetype:${userId}:${this.credits}`;
    await this.inTransaction((tx) =>
      postTransfer(tx, {
        ...{ key, kind: 'adjustment', userId, asOf },
        legs: [
          { account: tokenAccount('issuance'), amount: -tokens * UTOK },
          { account: wallet(userId), amount: tokens * UTOK },
        ],
        lot: { origin: 'adjustment' },
      }),
    );
  }

  private async insert(of: { plan: Plan; versionId: string }, asOf: Date): Promise<void> {
    const { driver = 'wallet', trial, zone = 'Europe/Moscow' } = this.archetype;
    const { userId, subscriptionId } = this;
    const { unit, count = 1 } = of.plan;
    await this.inTransaction(async (tx) => {
      const period = await insertSubscription(tx, {
        ...{ subscriptionId, userId, zone, asOf, productCode: 'main' },
        ...{ tariffVersionId: of.versionId, terms: { unit, count } },
        ...(trial ? { state: 'trialing', paidBy: 'trial' } : { driver, paidBy: 'operator' }),
      });
      if (!trial) return;
      const [row] = await this.stack.sql`
        select tariff_id from tariff_versions where id = ${of.versionId}`;
      await tx.insert(trialGrants).values({
        ...{ userId, subscriptionId, tariffId: String(row?.['tariff_id']) },
        ...{ startsAt: period.startsAt, endsAt: period.endsAt },
      });
    });
  }

  private async chooseAfterTrial(nextTariffVersionId: string): Promise<void> {
    await this.stack.database.db
      .update(subscriptions)
      .set({ nextTariffVersionId, driver: 'wallet', autoRenew: true })
      .where(eq(subscriptions.id, this.subscriptionId));
  }

  /** In the name of the subscription's workflow, as its activities do. */
  private inTransaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const { db } = this.stack.database;
    return asWorkflow(subscriptionWorkflowId(this.subscriptionId), () => db.transaction(work));
  }

  private async start(clockOffsetMs: number): Promise<void> {
    const { stack, userId, subscriptionId } = this;
    await stack.sql`update users set clock_offset_ms = ${clockOffsetMs} where id = ${userId}`;
    await stack.client.workflow.start('subscription', {
      taskQueue: stack.taskQueue,
      workflowId: subscriptionWorkflowId(subscriptionId),
      args: [{ subscriptionId, clockOffsetMs }],
      typedSearchAttributes: [{ key: billingUserId, value: String(userId) }],
    });
  }
}
