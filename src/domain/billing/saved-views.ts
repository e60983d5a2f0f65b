/** A question that operators ask the list of workflows again and again (OPS-2). */
export interface SavedView {
  /** The name under which the Web UI keeps it. */
  readonly name: string;
  /** What it finds, as the end of a sentence. */
  readonly finds: string;
  /** What is done with what it finds. */
  readonly remedy: string;
  /** The query of the list; one that compares with the present is good for this moment only. */
  readonly query: (nowMs: number) => string;
}

const RUNNING = 'ExecutionStatus = "Running"';

function stuckFor(...reasons: readonly string[]): string {
  const words = reasons.map((reason) => `"${reason}"`).join(', ');
  return `StuckReason in (${words}) and ${RUNNING}`;
}

const unpaidAfter = (tries: number): SavedView => ({
  name: `Unpaid after ${tries} ${tries === 1 ? 'try' : 'tries'}`,
  finds: `subscriptions in dunning, ${tries} ${tries === 1 ? 'try' : 'tries'} behind them`,
  remedy: 'many at one step tell of a provider: `renewNow` when it is well again, or `extend`',
  query: () =>
    `WorkflowType = "subscription" and BillingState = "past_due" and Attempt = ${tries} and ${RUNNING}`,
});

/** The views of the product; `npm run views` prints them with their links. */
export const SAVED_VIEWS: readonly SavedView[] = [
  {
    name: 'Needs attention',
    finds: 'everything that says that it needs a human',
    remedy: 'the current details of each say what it waits for, its query `card` what can be done',
    query: () => `StuckReason is not null and ${RUNNING}`,
  },
  {
    name: 'Unknown outcome',
    finds: 'charges and payments whose outcome has been unknown for more than 15 minutes',
    remedy: '`retryNow` when the provider answers again, else `markPaid` with evidence',
    query: () => stuckFor('unknown'),
  },
  {
    name: 'Paid, not delivered',
    finds: 'booked money whose outcome does not reach everybody',
    remedy: '`retryDelivery` once the cause is gone',
    query: () => stuckFor('deliver'),
  },
  {
    name: 'Quarantined money',
    finds: 'money that matches no order and waits for a decision',
    remedy: '`resolve`, or `writeOff`',
    query: () => `BillingState = "quarantined" and ${RUNNING}`,
  },
  {
    name: 'Late money',
    finds: 'money that came for closed orders, honoured or turned into credit',
    remedy: 'the open item says which; /open of the bot closes it',
    query: () => 'WorkflowType = "paymentConfirmation" and BillingState = "late"',
  },
  {
    name: 'Open orders',
    finds: 'orders that wait for money',
    remedy: '`switchProvider` moves one off a dead provider, `prolong` gives it time',
    query: () =>
      `WorkflowType = "checkout" and BillingState in ("draft", "pending") and ${RUNNING}`,
  },
  {
    name: 'Watched for late money',
    finds: 'closed orders whose money may still come',
    remedy: '`retryNow` asks the provider at once',
    query: () =>
      `WorkflowType = "checkout" and BillingState in ("expired", "cancelled") and ${RUNNING}`,
  },
  unpaidAfter(0),
  unpaidAfter(1),
  unpaidAfter(2),
  unpaidAfter(3),
  {
    name: 'Refunds stuck',
    finds: 'refunds that wait for consent, for proof, or after a refusal',
    remedy: '`approve`, `retry`, `resolve` or `abandon`',
    query: () => stuckFor('approval', 'refund', 'refund_stuck'),
  },
  {
    name: 'Holds past their lease',
    finds: 'reserved tokens whose lease is over and that nobody has settled',
    remedy: 'a worker is missing or an activity fails; `forceExpire` settles by the policy',
    query: (nowMs) =>
      `WorkflowType = "hold" and BillingState = "held" and NextActionAt < "${new Date(nowMs).toISOString()}" and ${RUNNING}`,
  },
  {
    name: 'Jobs without a price',
    finds: 'jobs whose cost cannot be computed for want of a rate',
    remedy: '/multipliers of the bot sets the rate, then `retryNow`',
    query: () => stuckFor('missing_cost'),
  },
  {
    name: 'Disputes without evidence',
    finds: 'complaints at a bank that nobody has answered',
    remedy: '`submitEvidence` or `concede`',
    query: () => stuckFor('dispute'),
  },
  {
    name: 'Differences with providers',
    finds: 'payments that a provider’s list and the books tell differently',
    remedy: '`resolve` or `assign`',
    query: () => stuckFor('break'),
  },
  {
    name: 'Paused',
    finds: 'the sender of messages, or a broadcast, that somebody has paused',
    remedy: '`resume`',
    query: () => stuckFor('paused'),
  },
  {
    name: 'Failing workflow tasks',
    finds: 'workflows that a bug has parked',
    remedy: 'deploy the mended code; they go on by themselves',
    query: () => `TemporalReportedProblems is not null and ${RUNNING}`,
  },
];

/** Where the Web UI answers, without a slash at the end, and the namespace that it is asked about. */
export interface WebUi {
  readonly baseUrl: string;
  readonly namespace: string;
}

/** The page of the Web UI that shows what a query finds. */
export function listUrl({ baseUrl, namespace }: WebUi, query: string): string {
  const workflows = `${baseUrl}/namespaces/${namespace}/workflows`;
  return `${workflows}?query=${encodeURIComponent(query)}`;
}

/** The same; a browser that opens it keeps the view under its name from then on. */
export function viewUrl(webUi: WebUi, view: SavedView, nowMs: number): string {
  return `${listUrl(webUi, view.query(nowMs))}&savedQuery=${encodeURIComponent(view.name)}`;
}
