import type { DeskActivities } from '../../../activities/billing';
import { databaseStubs } from '../../stubs';

export const findPayment = databaseStubs<DeskActivities>()(
  'findPayment',
  'Find the payment an operator names',
);
