import { proxyLocalActivities } from '@temporalio/workflow';
import type { WorkHoldActivities } from '../../../activities/billing';
import { HOLD_STEP } from '../../policies';

export const { placeWorkHold, findWorkHold, reportHold, endHold } =
  proxyLocalActivities<WorkHoldActivities>(HOLD_STEP);
