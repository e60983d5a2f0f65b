import { createHash } from 'node:crypto';
import { v7 } from 'uuid';
import type { TrackEvent } from '../../src/domain/billing/track-event';

/** A report of a finished job that cost five kopecks, unless the change says otherwise. */
export function report(change: Partial<TrackEvent> = {}): TrackEvent {
  const eventId = change.eventId ?? v7();
  const said = {
    eventId,
    source: 'runner',
    userId: 1,
    track: 'cats',
    taskRef: eventId,
    totalCost: '0.05',
    currency: 'RUB',
    apiCalls: 1,
    freeRequests: 0,
    promptTokens: 100,
    completionTokens: 20,
    totalTokens: 120,
    nodes: [],
    occurredAt: '2026-03-10T12:00:00.000Z',
    isFinal: true,
    ...change,
  };
  const bodyHash = createHash('sha256').update(JSON.stringify(said)).digest('hex');
  return { bodyHash, ...said };
}
