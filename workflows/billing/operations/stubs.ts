import type { DeskActivities } from '../../../activities/billing';
import { databaseStubs } from '../../stubs';

const database = databaseStubs<DeskActivities>();

export const findPayment = database('findPayment', 'Find the payment an operator names');
export const findOpenItem = database('findOpenItem', 'Find the open item an operator names');
