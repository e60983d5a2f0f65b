import type { components, paths } from './schema';

/** What a POST takes; its name travels beside it, in the header. */
export type BodyOf<P extends keyof paths> = paths[P] extends {
  post: { requestBody: { content: { 'application/json': infer B } } };
}
  ? Omit<B, 'idempotency_key'>
  : never;

export type SpendWish = BodyOf<'/users/{userId}/spend'>;
export type HoldOrder = BodyOf<'/users/{userId}/holds'>;
/** One report of what a job has cost. */
export type TrackCost = Extract<components['schemas']['TrackReport'], { event_id: string }>;
