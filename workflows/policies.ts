import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';

/**
 * One PostgreSQL transaction. It takes milliseconds, so ten seconds mean a dead worker or a database that is away:
 * both end by themselves, therefore the tries never do. Refusals are returned, not thrown.
 */
export const DATABASE: ActivityOptions = {
  startToCloseTimeout: '10 seconds',
  retry: {
    initialInterval: '200 milliseconds',
    backoffCoefficient: 2,
    maximumInterval: '10 seconds',
  },
};

/**
 * One question to a payment provider. Adapters answer `unknown` by themselves, so more than a few failures mean that
 * this worker cannot ask at all; the story then goes on with "unknown" and asks again at its own next time.
 */
export const PROVIDER_QUESTION: ActivityOptions = {
  startToCloseTimeout: '20 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '5 seconds', maximumAttempts: 3 },
};

/**
 * A provider's list of a day, which may have many pages. After a few failures the story goes on with "unknown" and asks
 * again at its own next time.
 */
export const PROVIDER_LIST: ActivityOptions = {
  startToCloseTimeout: '10 minutes',
  retry: { initialInterval: '1 second', maximumInterval: '5 seconds', maximumAttempts: 3 },
};

/** A call that moves money at a provider: repeated for ever, because its key makes the repeat harmless. */
export const PROVIDER_EFFECT: ActivityOptions = {
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
};

/** The link a person waits for: what is not there within half a minute is refused kindly (specification section 8). */
export const PAY_LINK: ActivityOptions = {
  startToCloseTimeout: '12 seconds',
  scheduleToCloseTimeout: '30 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '5 seconds' },
};

/**
 * One message to Telegram, which may be silent for a minute; the heartbeat notices a dead worker much sooner.
 * A try that died is repeated at once: the row itself knows whether that is allowed (NT-3).
 */
export const TELEGRAM: ActivityOptions = {
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
};

/** A provider's list laid beside the books of those days: as long as that takes, which grows with the trade. */
export const LIST_MATCH: ActivityOptions = {
  startToCloseTimeout: '5 minutes',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
};

/**
 * A walk over all of the books, which grows with them. It only looks, or does again what it did: nobody waits for it,
 * so the tries are far apart.
 */
export const BOOKS_CHECK: ActivityOptions = {
  startToCloseTimeout: '30 minutes',
  retry: { initialInterval: '10 seconds', maximumInterval: '10 minutes' },
};

/**
 * The copy of everything that one person has left here. It may take a while, and the person waits for it: a dead worker
 * is noticed by its heartbeat, and not when the longest copy would be done.
 */
export const PERSONAL_COPY: ActivityOptions = {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '20 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
};

/** A nudge to the sender of messages. Losing it costs a minute, because the sender also looks by itself. */
export const NUDGE: LocalActivityOptions = {
  summary: 'Nudge the sender of messages',
  startToCloseTimeout: '5 seconds',
  retry: { maximumAttempts: 2 },
};

/**
 * The one transaction of a batch of spends, in the worker that holds its workflow: a task queue's hop would cost more
 * than the work. Tried for as long as its callers wait; a repeat is answered from the charges that are there.
 */
export const SPEND_BATCH: LocalActivityOptions = {
  summary: 'Charge the batch in one transaction',
  startToCloseTimeout: '10 seconds',
  scheduleToCloseTimeout: '1 minute',
  retry: { initialInterval: '50 milliseconds', maximumInterval: '1 second' },
};

/**
 * What is due, done at once in the worker that holds the workflow: when thousands are due in one second the hop over a task
 * queue would cost more than the work. After a few failures the step goes on as an ordinary activity, which operators see
 * failing and whose tries never end.
 */
export const STEP_AT_ONCE: LocalActivityOptions = {
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '100 milliseconds', maximumAttempts: 3 },
};

/**
 * One step of a hold, in the worker that holds its workflow, as for a batch of spends. Tried until it succeeds: tokens
 * that may be reserved already must never be without their keeper.
 */
export const HOLD_STEP: LocalActivityOptions = {
  summary: 'One step of the hold, in one transaction',
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '50 milliseconds', maximumInterval: '5 seconds' },
};

/**
 * A charge without the payer: one try, because some protocols know no keys. What became of it is asked before the same
 * charge is sent again (PC-12).
 */
export const PROVIDER_CHARGE: ActivityOptions = {
  startToCloseTimeout: '30 seconds',
  retry: { maximumAttempts: 1 },
};

/** The way somebody paid is kept if the provider tells it within the hour: a person can leave the card once more. */
export const SAVED_METHOD: ActivityOptions = {
  startToCloseTimeout: '20 seconds',
  scheduleToCloseTimeout: '1 hour',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
};
