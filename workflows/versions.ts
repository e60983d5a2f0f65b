import { setWorkflowOptions, type Workflow } from '@temporalio/workflow';

/**
 * What a run does when another build of the workers takes over. `PINNED` ends with the build it began with, so its code may
 * change at will; `AUTO_UPGRADE` goes on with the current build from its next task, so a change of its commands is patched.
 */
export type Versioning = 'PINNED' | 'AUTO_UPGRADE';

/**
 * The choice for every workflow. Pinned is what serves one wish of one person and ends by itself; whatever has no end,
 * or waits for people or providers without a limit of its own, would hold an old build for ever.
 */
export const VERSIONING = {
  breakItem: 'PINNED',
  checkout: 'PINNED',
  export: 'PINNED',
  freeOrder: 'PINNED',
  gift: 'PINNED',
  limitChange: 'PINNED',
  operation: 'PINNED',
  proposal: 'PINNED',
  refund: 'PINNED',
  spendRefund: 'PINNED',
  tokenSpend: 'PINNED',

  autoTopup: 'AUTO_UPGRADE',
  autoTopupSweep: 'AUTO_UPGRADE',
  broadcast: 'AUTO_UPGRADE',
  dispute: 'AUTO_UPGRADE',
  erasure: 'AUTO_UPGRADE',
  // Lives for as long as the work that its client reports.
  hold: 'AUTO_UPGRADE',
  keeper: 'AUTO_UPGRADE',
  methodRemoval: 'AUTO_UPGRADE',
  mismatch: 'AUTO_UPGRADE',
  notifier: 'AUTO_UPGRADE',
  operations: 'AUTO_UPGRADE',
  // Most take seconds, but one in quarantine waits until somebody decides.
  paymentConfirmation: 'AUTO_UPGRADE',
  priceChange: 'AUTO_UPGRADE',
  reconciliation: 'AUTO_UPGRADE',
  referralPayout: 'AUTO_UPGRADE',
  subscription: 'AUTO_UPGRADE',
  trackJob: 'AUTO_UPGRADE',
  verificationAlarm: 'AUTO_UPGRADE',
  wallet: 'AUTO_UPGRADE',
} as const satisfies Readonly<Record<string, Versioning>>;

/**
 * The name of the global variable by which a worker that belongs to a version says so to the workflows it runs. Temporal
 * refuses the tasks of a worker without a version that names a behaviour, and a history cannot tell who works it now.
 */
export const VERSIONED_WORKER = 'telegramBillingVersionedWorker';

/** Gives each workflow its choice, when the worker that runs it belongs to a version. */
export function chooseVersioning(workflows: Record<keyof typeof VERSIONING, Workflow>): void {
  if (!(VERSIONED_WORKER in globalThis)) return;
  for (const [name, workflow] of Object.entries(workflows)) {
    const versioningBehavior = VERSIONING[name as keyof typeof VERSIONING];
    setWorkflowOptions({ versioningBehavior }, workflow);
  }
}
