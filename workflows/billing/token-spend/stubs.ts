import { proxyLocalActivities } from '@temporalio/workflow';
import type { SpendActivities } from '../../../activities/billing';
import { SPEND_BATCH } from '../../policies';

export const { applySpends } = proxyLocalActivities<SpendActivities>(SPEND_BATCH);
