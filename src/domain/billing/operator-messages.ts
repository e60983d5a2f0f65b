import type { MoneyParams, OrderParams, LimitParams } from '../message-params';

/** What operators are told; see `TemplateParams`. */
export type OperatorMessages = {
  /** The same of an API key or a whole client. */
  readonly 'ops.limit': LimitParams & { readonly scope: string; readonly name: string };
  readonly 'ops.refund': OrderParams &
    MoneyParams & { readonly key: string; readonly userId: number; readonly reason: string };
  readonly 'ops.dispute': OrderParams &
    MoneyParams & { readonly key: string; readonly userId: number; readonly until: string };
  readonly 'ops.dispute_due': OrderParams &
    MoneyParams & { readonly key: string; readonly userId: number; readonly until: string };
  readonly 'ops.open_item': Partial<MoneyParams> & {
    readonly kind: string;
    readonly key: string;
    readonly reason: string;
  };
  /** Nobody saw to an open item in time. */
  readonly 'ops.overdue': {
    readonly kind: string;
    readonly key: string;
    readonly owner: string;
    readonly dueAt: string;
    readonly reason: string;
  };
  /** Notifications of a provider do not verify: so many within so many minutes. */
  readonly 'ops.verification': {
    readonly provider: string;
    readonly count: number;
    readonly minutes: number;
  };
  readonly 'ops.payment': OrderParams & MoneyParams & { readonly userId: number };
  /** What a day brought and what waits; `digest` is a `DailyDigest` as JSON. */
  readonly 'ops.digest': { readonly day: string; readonly digest: string };
  /** An activity that fails and fails; its workflow waits for it. */
  readonly 'ops.stuck': {
    readonly workflowId: string;
    readonly activity: string;
    readonly tries: number;
    readonly reason: string;
  };
  readonly 'ops.incident': { readonly incidentId: string; readonly summary: string };
};
