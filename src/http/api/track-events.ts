import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { TrackEvent } from '../../domain/billing/track-event';
import type { Problem } from './problems';
import { trackCost, type TrackCost } from './track-schemas';

export type ReadReport =
  | { readonly kind: 'read'; readonly event: TrackEvent }
  | { readonly kind: 'unreadable'; readonly eventId: string | null; readonly problem: Problem };

/** Reads one report out of whatever envelope it came in (specification section 14). */
export function readReport(given: unknown, arrivedAt: string): ReadReport {
  const unwrapped = unwrap(given);
  if (unwrapped === undefined) {
    return unreadable(given, [{ path: 'type', message: 'is neither track_cost nor bot_output' }]);
  }
  const parsed = trackCost.safeParse(unwrapped);
  if (parsed.success) return { kind: 'read', event: eventOf(parsed.data, arrivedAt) };
  return unreadable(unwrapped, parsed.error.issues.map(fault));
}

type Members = Readonly<Record<string, unknown>>;

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Flat beside its type, or under `data` or `payload`, where what stands beside it completes it. */
function unwrap(given: unknown): unknown {
  if (!isMembers(given) || given['type'] === undefined) return given;
  const { type, output_type: outputType } = given;
  if (type !== 'track_cost' && !(type === 'bot_output' && outputType === 'track_cost')) {
    return undefined;
  }
  const inner = [given['data'], given['payload']].find(isMembers);
  return { ...given, ...inner };
}

function eventOf(report: TrackCost, arrivedAt: string): TrackEvent {
  const { task_ref: taskRef, hold_id: holdId, model, occurred_at: occurredAt } = report;
  const said = {
    eventId: report.event_id,
    source: report.source,
    userId: report.user_id,
    track: report.track,
    taskRef: taskRef ?? report.event_id,
    ...(holdId ? { holdId } : {}),
    ...(model ? { model } : {}),
    totalCost: report.total_cost,
    currency: report.currency,
    apiCalls: report.api_calls,
    freeRequests: report.free_requests,
    promptTokens: report.prompt_tokens,
    completionTokens: report.completion_tokens,
    totalTokens: report.total_tokens,
    nodes: Object.entries(report.node_costs)
      .map(([node, rawCost]) => ({ node, rawCost }))
      .sort((a, b) => (a.node < b.node ? -1 : 1)),
    isFinal: report.final,
  };
  const at = occurredAt ? instantOf(occurredAt) : undefined;
  const bodyHash = createHash('sha256')
    .update(JSON.stringify([said, at ?? null]))
    .digest('hex');
  return { ...said, bodyHash, occurredAt: at ?? arrivedAt };
}

/** An instant without an offset is in UTC. */
function instantOf(text: string): string {
  const isZoned = /(?:Z|[+-]\d\d:?\d\d)$/i.test(text);
  return new Date(isZoned ? text : `${text}Z`).toISOString();
}

function fault({ path, message }: z.core.$ZodIssue): { path: string; message: string } {
  return { path: path.join('.'), message };
}

function unreadable(
  given: unknown,
  errors: readonly { path: string; message: string }[],
): ReadReport {
  const eventId =
    isMembers(given) && typeof given['event_id'] === 'string' ? given['event_id'] : null;
  const isAmount = errors.every(({ path }) => /^(total_cost|node_costs\..*)$/.test(path));
  return {
    kind: 'unreadable',
    eventId,
    problem: {
      code: isAmount ? 'invalid_amount' : 'validation_error',
      detail: 'The report of costs is malformed.',
      members: { errors },
    },
  };
}
