import type postgres from 'postgres';
import type { Database } from '../../../drizzle/client';
import type { BotCommands } from '../../../src/bot/parts';
import { REFUND_PLAN } from '../../workflows/support/cast';
import { removeFor } from './fake-methods';
import { fakeSubscriptions } from './fake-subscriptions';

/** Plays the workflows: consumes quotes and writes invoices as `checkout` would, and remembers what was asked. */
export interface FakeCommands extends BotCommands {
  readonly asked: { readonly name: string; readonly with: object }[];
  /** The next call of this name does this instead. */
  next<N extends keyof BotCommands>(name: N, behaviour: BotCommands[N]): void;
}

export function fakeCommands(
  sql: postgres.Sql,
  world: { readonly db: Database; readonly now: () => number },
): FakeCommands {
  const asked: FakeCommands['asked'] = [];
  const replaced = new Map<keyof BotCommands, BotCommands[keyof BotCommands]>();
  const play = async <A extends object, R>(
    name: keyof BotCommands,
    argument: A,
    usual: () => Promise<R>,
  ): Promise<R> => {
    asked.push({ name, with: argument });
    const instead = replaced.get(name) as ((argument: A) => Promise<R>) | undefined;
    replaced.delete(name);
    return instead ? instead(argument) : usual();
  };
  return {
    ...fakeSubscriptions(play, world),
    asked,
    next: (name, behaviour) => {
      replaced.set(name, behaviour);
    },
    openCheckout: (order) =>
      play('openCheckout', order, async () => {
        await writeInvoice(sql, order);
        return { kind: 'open', invoiceId: order.quoteId };
      }),
    wakeAutoTopup: (person) => play('wakeAutoTopup', person, async () => undefined),
    removeMethod: (wish) => play('removeMethod', wish, () => removeFor(world, wish)),
    claimGift: (claim) =>
      play('claimGift', claim, async () => {
        await sql`
          update gifts set state = 'claimed', recipient_id = ${claim.userId}
          where id = ${claim.giftId}`;
        return { kind: 'claimed' } as const;
      }),
    takeBackGift: (wish) =>
      play('takeBackGift', wish, async () => {
        await sql`update gifts set state = 'returned' where id = ${wish.giftId}`;
        return { kind: 'returned' } as const;
      }),
    completeFreeOrder: (order) =>
      play('completeFreeOrder', order, async () => {
        await sql`
          update quotes set consumed_by = ${`free:${order.quoteId}`}
          where id = ${order.quoteId} and consumed_by is null`;
        return { kind: 'fulfilled' } as const;
      }),
    checkPayment: (order) =>
      play('checkPayment', order, async () => ({ kind: 'not_yours' }) as const),
    cancelCheckout: (order) =>
      play('cancelCheckout', order, async () => {
        await sql`update invoices set state = 'cancelled' where id = ${order.invoiceId}`;
        return { kind: 'cancelled' } as const;
      }),
    changeProvider: (order) =>
      play('changeProvider', order, async () => {
        await sql`update invoices set provider = ${order.provider} where id = ${order.invoiceId}`;
        return { kind: 'changed', provider: order.provider } as const;
      }),
    openRefund: (order) =>
      play('openRefund', order, async () => ({
        kind: 'planned',
        workflowId: `refund:${order.input.paymentId}:${order.n}`,
        plan: REFUND_PLAN,
        approvals: 0,
      })),
    confirmRefund: (order) =>
      play('confirmRefund', order, async () => ({
        kind: 'planned',
        workflowId: `refund:${order.paymentId}:${order.n}`,
        plan: REFUND_PLAN,
        approvals: 0,
      })),
    steerRefund: (order) =>
      play('steerRefund', order, async () => ({ kind: 'accepted', text: 'ok' }) as const),
    operate: (request) =>
      play('operate', request, async () => ({ kind: 'done', result: keptKey(request.params) })),
    requestExport: (wish) =>
      play('requestExport', wish, async () => ({ kind: 'accepted' }) as const),
    requestErasure: (wish) =>
      play('requestErasure', wish, async () => {
        const dueAt = '2030-01-15T12:00:00.000Z';
        await sql`
          insert into erasures (id, user_id, state, requested_at, due_at)
          values (${wish.erasureId}, ${wish.userId}, 'waiting', now(), ${dueAt})`;
        return { kind: 'accepted', dueAt } as const;
      }),
    withdrawErasure: (wish) =>
      play('withdrawErasure', wish, async () => {
        await sql`update erasures set state = 'withdrawn' where user_id = ${wish.userId}`;
        return { kind: 'withdrawn' } as const;
      }),
    steerBroadcast: (order) =>
      play('steerBroadcast', order, async () => ({ kind: 'moved', state: 'paused' }) as const),
    vote: (cast) => play('vote', cast, async () => ({ kind: 'executed', isDone: true }) as const),
    setLimits: (change) =>
      play('setLimits', change, async () => {
        for (const { scope, scopeId, dayUtok, monthUtok } of change.wishes) {
          await sql`delete from spend_limits where scope = ${scope} and scope_id = ${scopeId}`;
          for (const [window, utok] of [
            ['day', dayUtok],
            ['month', monthUtok],
          ] as const) {
            if (utok === null) continue;
            await sql`
              insert into spend_limits (scope, scope_id, "window", limit_utok)
              values (${scope}, ${scopeId}, ${window}, ${utok})`;
          }
        }
        return { kind: 'set' } as const;
      }),
    reportBreak: (found) => play('reportBreak', found, async () => undefined),
    hintPayment: (hint) => play('hintPayment', hint, async () => undefined),
    paymentCard: (payment) => play('paymentCard', payment, async () => undefined),
    repairPayment: (request) =>
      play('repairPayment', request, async () => ({ kind: 'accepted', answer: 'done' }) as const),
    failingActivities: (workflowIds) => play('failingActivities', { workflowIds }, async () => []),
    resolveMismatch: (request) =>
      play(
        'resolveMismatch',
        request,
        async () => ({ kind: 'accepted', answer: 'healed' }) as const,
      ),
    assignMismatch: (request) =>
      play('assignMismatch', request, async () => ({ kind: 'accepted', answer: 'yours' }) as const),
    stuckWorkflows: (limit) => play('stuckWorkflows', { limit }, async () => []),
  };
}

async function writeInvoice(
  sql: postgres.Sql,
  order: { quoteId: string; provider: string },
): Promise<void> {
  await sql`
    update quotes set consumed_by = ${`checkout:${order.quoteId}`}
    where id = ${order.quoteId} and consumed_by is null`;
  await sql`
    insert into invoices (id, user_id, quote_id, provider, pay_amount_minor, currency, exponent,
      state, payment_url, created_as_of, expires_at, terms_hash)
    select id, user_id, id, ${order.provider}, pay_amount_minor, currency, exponent,
      'pending', 'https://pay.example/' || id, as_of, as_of + interval '24 hours', terms_hash
    from quotes where id = ${order.quoteId}
    on conflict do nothing`;
}

/** What issuing a key answers. */
function keptKey(params: object): { prefix: string } | null {
  return 'prefix' in params ? { prefix: String(params.prefix) } : null;
}
