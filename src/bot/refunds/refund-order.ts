import type { RefundPlan, RefundPolicy } from '../../domain/billing/refund';
import { parseDecimal } from '../../domain/money';
import type { PaidOrder } from '../../reads/refunds';
import { askReason, type ActionParams, type AdminAction } from '../admin/actions';
import { EVERY_ROLE, type AdminFeature } from '../admin/gate';
import { tellOutcome } from '../admin/outcome';
import { tell, type BotContext } from '../context';
import { amountText } from '../display';
import type { BotParts } from '../parts';
import { planText } from './plan';

const POLICIES: readonly RefundPolicy[] = ['unspent_only', 'full_with_debt', 'goodwill'];

/** /refundop: an operator gives money back, after the plan, a reason, and above the limit somebody's consent (RF-6). */
export function refundOrderFeature(parts: BotParts): AdminFeature<never> {
  const action = refundAction(parts);
  return {
    commands: [
      {
        command: 'refundop',
        roles: EVERY_ROLE,
        handler: (ctx, typed) => askRefund(ctx, { parts, action, typed }),
      },
    ],
    callbacks: {},
    actions: [action],
  };
}

interface Typed {
  readonly parts: BotParts;
  readonly action: AdminAction;
  readonly typed: string;
}

/** `/refundop 17`, `/refundop 17 50.00`, `/refundop <payment id> goodwill`. */
async function askRefund(ctx: BotContext, { parts, action, typed }: Typed): Promise<void> {
  const [name = '', ...rest] = typed.split(/\s+/).filter(Boolean);
  const order = await orderNamed(parts, name);
  if (!order) return tell(ctx, { key: name ? 'refund.unknown' : 'refund.usage' });
  const wish = wishOf(order, rest);
  if (!wish) return tell(ctx, { key: 'refund.usage' });
  const opened = await parts.commands.openRefund({
    n: `a${ctx.update.update_id.toString(36)}`,
    input: {
      ...{ paymentId: order.paymentId, origin: 'operator', reason: '/refundop', isPreview: true },
      requestedBy: { kind: 'operator', id: String(ctx.visit.userId) },
      ...wish,
    },
  });
  if (opened.kind === 'planned') return askReason(ctx, action, paramsOf(order, opened.plan));
  const most = opened.kind === 'refused' ? opened.mostMinor : 0;
  await tell(ctx, {
    key: 'refund.order.refused',
    params: {
      reason: opened.kind === 'refused' ? opened.reason : 'over',
      most: amountText({ ...order.amount, minor: most }, ctx.visit.place.locale),
    },
  });
}

function orderNamed(parts: BotParts, name: string): Promise<PaidOrder | undefined> {
  return /^№?\d{1,10}$/.test(name)
    ? parts.reads.paidOrderByNo(Number(name.replace('№', '')))
    : parts.reads.paidOrder(name);
}

/** An amount and a policy in either order; undefined for anything else. */
function wishOf(
  { amount }: PaidOrder,
  words: readonly string[],
): { amountMinor?: number; policy?: RefundPolicy } | undefined {
  const policies = POLICIES.filter((policy) => words.includes(policy));
  const sums = words.filter((word) => !POLICIES.includes(word as RefundPolicy));
  const minors = sums.map((sum) => parseDecimal(sum.replace(',', '.'), amount.exponent));
  if (policies.length > 1 || sums.length > 1 || minors.some((minor) => !minor)) return undefined;
  const [policy] = policies;
  const [amountMinor] = minors;
  return {
    ...(policy === undefined ? {} : { policy }),
    ...(amountMinor === undefined ? {} : { amountMinor }),
  };
}

/** The figures travel with the question, so that what is confirmed is what was shown. */
function paramsOf(order: PaidOrder, plan: RefundPlan): ActionParams {
  const { isFull, ...figures } = plan;
  const { paymentId, invoiceNo: no, userId } = order;
  return { ...figures, isFull: isFull ? 1 : 0, paymentId, no, userId };
}

function planOf(params: ActionParams): RefundPlan {
  return { ...params, isFull: params['isFull'] === 1 } as unknown as RefundPlan;
}

function refundAction(parts: BotParts): AdminAction {
  return {
    name: 'refund',
    roles: EVERY_ROLE,
    describe: async (ctx, params) => {
      const order = await parts.reads.paidOrder(String(params['paymentId']));
      if (!order) return undefined;
      return planText(planOf(params), { no: order.invoiceNo }, ctx.visit.place);
    },
    perform: async (ctx, { operationId, reason, params }) => {
      const { refundMinor, policy } = planOf(params);
      const outcome = await parts.commands.operate({
        ...{ operationId, action: 'refund', reason },
        params: { paymentId: String(params['paymentId']), refundMinor, policy },
        operator: { userId: ctx.visit.userId },
      });
      await tellOutcome(ctx, outcome);
    },
  };
}
