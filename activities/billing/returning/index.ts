import type { ActivityDeps } from '../../deps';
import { settleRefund, type ProvedRefund } from './booking';
import { freezeRefund, noteRefundSending, type RefundAttempt, type SendingNote } from './freezing';
import { locateRefund, previewRefund, proposeRefund, type RefundWish } from './planning';
import { abandonRefund, releaseRefund, type AbandonedRefund, type RefusedRefund } from './refusing';

export { deskActivities } from './desk';
export type { BookedRefund } from './booking';
export type { FrozenRefund } from './freezing';
export type { ProposedRefund, RefundWish } from './planning';

/** Side effects of the `refund` workflow. Each is one transaction; repeating it changes nothing. */
export function orderRefundActivities(deps: ActivityDeps) {
  return {
    locateRefund: (asked: { paymentId: string }) => locateRefund(deps, asked),
    previewRefund: (wish: RefundWish) => previewRefund(deps, wish),
    proposeRefund: (wish: RefundWish) => proposeRefund(deps, wish),
    freezeRefund: (wish: RefundAttempt) => freezeRefund(deps, wish),
    noteRefundSending: (note: SendingNote) => noteRefundSending(deps, note),
    settleRefund: (proved: ProvedRefund) => settleRefund(deps, proved),
    releaseRefund: (refusal: RefusedRefund) => releaseRefund(deps, refusal),
    abandonRefund: (order: AbandonedRefund) => abandonRefund(deps, order),
  };
}
