import type { OrderRefundActivities } from '../../../activities/billing';
import { databaseStubs } from '../../stubs';

const database = databaseStubs<OrderRefundActivities>();

export const locateRefund = database('locateRefund', 'Find whose clock the refund lives by');
export const previewRefund = database('previewRefund', 'Plan the refund, to be looked at');
export const proposeRefund = database('proposeRefund', 'Record the refund with its plan');
export const freezeRefund = database('freezeRefund', 'Freeze the tokens of the order');
export const noteRefundSending = database('noteRefundSending', 'Note how far the money is');
export const settleRefund = database('settleRefund', 'Book the refund the provider proved');
export const releaseRefund = database('releaseRefund', 'Free the tokens: the provider refused');
export const abandonRefund = database('abandonRefund', 'Give the refund up');
