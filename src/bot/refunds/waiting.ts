import type { WaitingRefund } from '../../reads/refunds';
import { askReason, type AdminAction } from '../admin/actions';
import { guarded, refuseButton, type AdminFeature, type Role } from '../admin/gate';
import { localeOf, show, tell, type BotContext } from '../context';
import { amountText } from '../display';
import type { BotParts } from '../parts';
import { button, lines, type Button } from '../screen';
import { say } from '../wording';
import { planText } from './plan';

const DECIDERS: readonly Role[] = ['finance', 'admin'];

/** /refunds: claims that wait for somebody's consent, and the two ways to decide them (RF-6). */
export function waitingRefundsFeature(parts: BotParts): AdminFeature<'ref:agree' | 'ref:drop'> {
  const agree = decision(parts, 'approve');
  const drop = decision(parts, 'abandon');
  return {
    commands: [{ command: 'refunds', roles: DECIDERS, handler: (ctx) => showWaiting(ctx, parts) }],
    callbacks: guarded(DECIDERS, {
      'ref:agree': (ctx, { id }) => ask(ctx, agree, id),
      'ref:drop': (ctx, { id }) => ask(ctx, drop, id),
    }),
    actions: [agree, drop],
  };
}

async function showWaiting(ctx: BotContext, parts: BotParts): Promise<void> {
  const locale = localeOf(ctx);
  const waiting = await parts.reads.waitingRefunds();
  const text = lines(
    say(locale, 'refund.waiting.title'),
    '',
    ...waiting.map((refund) => lineOf(ctx, refund)),
    waiting.length === 0 && say(locale, 'refund.waiting.none'),
  );
  const rows = waiting.map(({ refundId: id, invoiceNo: no }): readonly Button[] => [
    button({ locale, key: 'refund.button.agree', params: { no } }, { route: 'ref:agree', id }),
    button({ locale, key: 'refund.button.drop', params: { no } }, { route: 'ref:drop', id }),
  ]);
  await show(ctx, { text, rows });
}

function lineOf(ctx: BotContext, refund: WaitingRefund): string {
  const locale = localeOf(ctx);
  const { invoiceNo: no, userId: user, reason, requestedBy: by } = refund;
  const amount = amountText(refund.amount, locale);
  return say(locale, 'refund.waiting.line', { no, amount, user, by, reason });
}

async function ask(
  ctx: BotContext,
  action: AdminAction,
  refundId: string | undefined,
): Promise<void> {
  if (refundId === undefined) await refuseButton(ctx);
  else await askReason(ctx, action, { refundId });
}

function decision(parts: BotParts, how: 'approve' | 'abandon'): AdminAction {
  return {
    name: `refund_${how}`,
    roles: DECIDERS,
    describe: async (ctx, params) => {
      const refund = await parts.reads.waitingRefund(String(params['refundId']));
      if (!refund?.plan) return undefined;
      return lines(
        lineOf(ctx, refund),
        '',
        planText(refund.plan, { no: refund.invoiceNo }, ctx.visit.place),
        '',
        say(localeOf(ctx), `refund.waiting.${how}`),
      );
    },
    perform: async (ctx, { params, reason }) => {
      const refund = await parts.reads.waitingRefund(String(params['refundId']));
      if (!refund) return tell(ctx, { key: 'admin.action.senseless' });
      const operatorId = String(ctx.visit.userId);
      const { workflowId } = refund;
      const steered = await parts.commands.steerRefund({ workflowId, how, operatorId, reason });
      if (steered.kind === 'accepted') return tell(ctx, { key: 'admin.outcome.done' });
      await tell(ctx, { key: 'admin.outcome.refused', params: { reason: steered.reason } });
    },
  };
}
