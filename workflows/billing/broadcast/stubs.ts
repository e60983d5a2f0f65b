import type { BroadcastActivities } from '../../../activities/billing';
import { databaseStubs } from '../../stubs';

const database = databaseStubs<BroadcastActivities>();

export const queueBroadcast = database('queueBroadcast', 'Queue the message for the next people');
export const steerBroadcast = database('steerBroadcast', 'Pause, resume or cancel the broadcast');
export const finishBroadcast = database('finishBroadcast', 'Close the broadcast, tell its author');
