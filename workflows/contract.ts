import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { defineQuery } from '@temporalio/workflow';

/** Task queue of all workflows and of the activities that touch PostgreSQL or a provider. */
export const BILLING_TASK_QUEUE = 'billing';

/** Suffix of the task queue on which Telegram is spoken to; the server limits its rate for all workers together. */
export const MESSAGES_TASK_QUEUE_SUFFIX = '-messages';

/** The messages task queue that belongs to a billing task queue. */
export function messagesTaskQueue(billingTaskQueue: string): string {
  return billingTaskQueue + MESSAGES_TASK_QUEUE_SUFFIX;
}

/** Suffix of the task queue of spends, which every server that takes them polls with a small worker of its own. */
export const SPENDS_TASK_QUEUE_SUFFIX = '-spends';

/** The task queue of spends that belongs to a billing task queue. */
export function spendsTaskQueue(billingTaskQueue: string): string {
  return billingTaskQueue + SPENDS_TASK_QUEUE_SUFFIX;
}

/** The billing task queue to which the queue of spends belongs; any other is answered as it is. */
export function billingTaskQueue(taskQueue: string): string {
  return taskQueue.endsWith(SPENDS_TASK_QUEUE_SUFFIX)
    ? taskQueue.slice(0, -SPENDS_TASK_QUEUE_SUFFIX.length)
    : taskQueue;
}

/**
 * Search attributes of every workflow (OPS-1), by which an operator finds money in the Web UI.
 * They must be registered in the namespace before the first workflow starts; SQL visibility allows few of each type.
 */
export const SEARCH_ATTRIBUTES = {
  BillingState: SearchAttributeType.KEYWORD,
  StuckReason: SearchAttributeType.KEYWORD,
  Provider: SearchAttributeType.KEYWORD,
  Currency: SearchAttributeType.KEYWORD,
  BillingUserId: SearchAttributeType.KEYWORD,
  InvoiceId: SearchAttributeType.KEYWORD,
  SubscriptionId: SearchAttributeType.KEYWORD,
  Plan: SearchAttributeType.KEYWORD,
  TestClockId: SearchAttributeType.KEYWORD,
  BillingUserIds: SearchAttributeType.KEYWORD_LIST,
  AmountMinor: SearchAttributeType.INT,
  Attempt: SearchAttributeType.INT,
  NextActionAt: SearchAttributeType.DATETIME,
  PeriodEnd: SearchAttributeType.DATETIME,
} as const;

export const billingState = defineSearchAttributeKey('BillingState', 'KEYWORD');
export const stuckReason = defineSearchAttributeKey('StuckReason', 'KEYWORD');
export const providerName = defineSearchAttributeKey('Provider', 'KEYWORD');
export const currencyCode = defineSearchAttributeKey('Currency', 'KEYWORD');
export const billingUserId = defineSearchAttributeKey('BillingUserId', 'KEYWORD');
/** Everybody whose tokens a workflow of many spends moves. */
export const billingUserIds = defineSearchAttributeKey('BillingUserIds', 'KEYWORD_LIST');
export const invoiceIdAttribute = defineSearchAttributeKey('InvoiceId', 'KEYWORD');
export const subscriptionIdAttribute = defineSearchAttributeKey('SubscriptionId', 'KEYWORD');
export const planSlug = defineSearchAttributeKey('Plan', 'KEYWORD');
export const amountMinorAttribute = defineSearchAttributeKey('AmountMinor', 'INT');
export const attemptNumber = defineSearchAttributeKey('Attempt', 'INT');
export const nextActionAt = defineSearchAttributeKey('NextActionAt', 'DATETIME');
export const periodEndAttribute = defineSearchAttributeKey('PeriodEnd', 'DATETIME');

/** What every workflow answers to the query `card` (OPS-5); fields are only added. */
export interface OperatorCard {
  /** Whose money or promise it is: `user 42`, `operator anna`, `everybody`. */
  readonly who: string;
  readonly what: string;
  /** With its unit; null where it is about no sum, or none is known yet. */
  readonly howMuch: string | null;
  readonly state: string;
  readonly waitingFor: string;
  /** ISO 8601; null when only the outside world can move it. */
  readonly nextAt: string | null;
  /** Why a human should look; null when nothing is wrong. */
  readonly stuck: string | null;
  /** The updates that are possible now, each with its argument, to be filled in. */
  readonly allowedRepairs: Readonly<Record<string, string>>;
}

/** Who, what, how much, waiting for, next at, and what can be done: of any workflow. */
export const operatorCardQuery = defineQuery<OperatorCard>('card');
