export type { HoldOrder, SpendWish, TrackCost } from './bodies';
export { BillingClient, type ClientOptions, type HoldWish, type Named } from './client';
export { Hold, HoldJob, type HoldView } from './holds';
export { ProblemError, UnreachableError, type Problem, type ProblemCode } from './problems';
export { USUAL_RETRIES, type RetryPolicy } from './transport';
export type { components, paths } from './schema';
