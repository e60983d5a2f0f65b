/** What an operator may ask of a running workflow by Update (OPS-3), in the words of the Web UI and of the documents. */
export interface RepairGuide {
  /** Members of the argument besides `operatorId` and `reason`, as JSON between the braces. */
  readonly members?: string;
  /** Only a Telegram id with a role will do; otherwise any name that colleagues know. */
  readonly isByRole?: true;
  /** What it changes, in one clause. */
  readonly effect: string;
}

/** What is done with one type of workflow in the Web UI. */
export type RepairsOfType =
  | { readonly repairs: Readonly<Record<string, RepairGuide>> }
  /** Why an operator can do nothing to it, and where instead. */
  | { readonly because: string };

/** Every workflow type with its repairs, or with the reason why it has none. */
export const WORKFLOW_REPAIRS = {
  autoTopup: {
    repairs: {
      retryNow: { effect: 'asks the provider now what became of a charge' },
      resolve: {
        members: '"how":"not_made","evidence":"…"',
        effect: 'declares a charge of unknown outcome not made; the next one is possible again',
      },
    },
  },
  autoTopupSweep: { because: 'it only starts the workflows of standing orders, every minute' },
  breakItem: { because: 'it reports and ends; the open item is decided in /open of the bot' },
  broadcast: {
    repairs: {
      pause: { isByRole: true, effect: 'stops a broadcast for a while' },
      resume: { isByRole: true, effect: 'lets it go on' },
      cancel: { isByRole: true, effect: 'ends it; what was sent stays sent' },
    },
  },
  checkout: {
    repairs: {
      cancel: { effect: 'asks the provider once, then cancels; money that came wins' },
      switchProvider: {
        members: '"provider":"…"',
        effect: 'gives the open order another provider’s link',
      },
      prolong: { members: '"hours":24', effect: 'gives an open order more time' },
      retryNow: { effect: 'asks the provider now, also about late money of a closed order' },
    },
  },
  dispute: {
    repairs: {
      submitEvidence: { members: '"note":"…"', effect: 'notes what was handed to the bank' },
      concede: { effect: 'books the loss at once' },
    },
  },
  erasure: {
    repairs: {
      retryNow: {
        effect: 'asks the providers now that have not confirmed that they charge no more',
      },
    },
  },
  export: { because: 'its owner asks for another copy; a failing activity is tried for ever' },
  freeOrder: { because: 'one transaction, and a delivery that is tried for ever' },
  gift: {
    because:
      'its buyer takes it back by themselves; money goes back by `refund` of the desk `operations:0`',
  },
  hold: {
    repairs: {
      forceExpire: { effect: 'ends the lease now: settled by the policy it was placed with' },
    },
  },
  keeper: { repairs: { checkBooks: { effect: 'checks the seals and the books now' } } },
  limitChange: { because: 'one transaction; other limits are another change' },
  methodRemoval: {
    repairs: { retryNow: { effect: 'asks the provider now to revoke the method' } },
  },
  mismatch: {
    repairs: {
      resolve: {
        members: '"how":"retry" | "accept"',
        effect: 'compares and books again, or closes it with both sides as they are',
      },
      assign: { members: '"owner":"…"', effect: 'gives it to somebody, such as yourself' },
    },
  },
  notifier: {
    repairs: {
      pause: { effect: 'stops the sending of messages' },
      resume: { effect: 'lets messages go out again' },
    },
  },
  operation: { because: 'one transaction; what was done wrongly is another operation' },
  operations: {
    repairs: {
      refund: {
        members: '"invoiceNo":17,"amountMinor":5000,"policy":"unspent_only"',
        effect:
          'begins a refund; `paymentId` instead of `invoiceNo`, amount and policy may be absent',
      },
      writeOff: {
        members: '"item":"…"',
        isByRole: true,
        effect: 'proposes to write an open item off, by its id or key; others allow it',
      },
      resendMessage: {
        members: '"messageId":"…"',
        isByRole: true,
        effect: 'puts a message that did not go out into the queue again',
      },
    },
  },
  paymentConfirmation: {
    repairs: {
      markPaid: {
        members: '"evidence":"…"',
        effect: 'books a payment whose provider cannot be asked',
      },
      retryNow: { effect: 'asks the provider now' },
      retryDelivery: { effect: 'tries the delivery again now' },
      resolve: {
        members: '"how":"credit_wallet" | "complete_order" | "refund"',
        effect: 'moves quarantined money',
      },
      declareRefund: {
        members: '"how":"made" | "not_made","evidence":"…"',
        effect:
          'declares whether suspended money went back, which its provider cannot tell or refused',
      },
      writeOff: {
        isByRole: true,
        effect: 'proposes to close the item with the money left in suspense; others allow it',
      },
    },
  },
  priceChange: {
    repairs: {
      withdraw: {
        isByRole: true,
        effect: 'takes back what was not agreed to, and messages that did not leave',
      },
    },
  },
  proposal: {
    repairs: {
      approve: { isByRole: true, effect: 'votes for it; the last approval needed does it' },
      reject: { isByRole: true, effect: 'ends it' },
    },
  },
  reconciliation: {
    repairs: {
      reconcile: {
        members: '"since":"2026-03-01T00:00Z"',
        effect: 'compares now, or asks a silent provider again at once; `since` may be absent',
      },
      retire: { effect: 'ends the comparison with a provider that is not used any more' },
    },
  },
  referralPayout: {
    because: 'it waits for a payment to prove itself; tokens are corrected by /credit of the bot',
  },
  refund: {
    repairs: {
      approve: { effect: 'agrees, as somebody else than who asked' },
      retry: { effect: 'asks now; after a refusal sends once more' },
      resolve: {
        members: '"how":"made" | "not_made","evidence":"…"',
        effect: 'declares what became of money whose provider cannot say, or that was sent by hand',
      },
      abandon: { effect: 'gives it up while no money is on its way' },
    },
  },
  spendRefund: { because: 'one transaction; its caller repeats it under the same name' },
  subscription: {
    repairs: {
      renewNow: { effect: 'tries the renewal now' },
      extend: { members: '"days":3', effect: 'moves the end later by whole days' },
      editTimeline: {
        members: '"days":-3',
        effect:
          'moves the end by whole days, negative ones back; neither before its period nor into the past',
      },
      skipPeriod: {
        effect: 'gives the next period without a fee and without its tokens; active or unpaid',
      },
      forceExpire: { effect: 'ends it now, whatever is paid; the balance stays' },
      cancel: { effect: 'ends it with the paid period, for its owner' },
      uncancel: { effect: 'takes that back' },
      resume: { effect: 'ends a pause' },
    },
  },
  tokenSpend: { because: 'one transaction; a charge is given back by its client' },
  trackJob: {
    repairs: { retryNow: { effect: 'computes the cost again now, after a rate was set' } },
  },
  verificationAlarm: { because: 'it only counts; the secrets of the provider are corrected' },
  wallet: {
    because: 'its timers follow the lots; tokens are corrected by /credit and /debit of the bot',
  },
} as const satisfies Readonly<Record<string, RepairsOfType>>;

/** A workflow type that the worker offers. */
export type WorkflowType = keyof typeof WORKFLOW_REPAIRS;

/** The argument of a repair as an operator types it: one line of JSON with dots to be filled in. */
export function repairArgument(type: WorkflowType, update: string): string {
  const guide = guidesOf(type)[update];
  const members = guide?.members === undefined ? '' : `${guide.members},`;
  return `{${members}"operatorId":"…","reason":"…"}`;
}

/** The repairs of a type, by the name of the update; none for most of those that end by themselves. */
export function guidesOf(type: WorkflowType): Readonly<Record<string, RepairGuide>> {
  const entry: RepairsOfType = WORKFLOW_REPAIRS[type];
  return 'repairs' in entry ? entry.repairs : {};
}
