import {
  allHandlersFinished,
  condition,
  continueAsNew,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { DueMessage } from '../activities/messages';
import { deliveryStub, dueMessages } from './billing/activities';
import {
  notifierStateQuery,
  pauseNotifierUpdate,
  resumeNotifierUpdate,
  wakeNotifierSignal,
  type NotifierInput,
} from './billing/contract';
import { requireRepair } from './billing/repair-rules';
import { messagesTaskQueue } from './contract';
import { createShowcase } from './visibility';

/** Messages handed out at once: one second's worth of what Telegram allows, so that a receipt never waits long (NT-8). */
const BATCH = 25;
/** Telegram takes about one message a second for one chat. */
const CHAT_PAUSE_MS = 1_000;
/** A row whose sender died before it nudged us waits this long at most. */
const SWEEP_MS = 60_000;
const LONGEST_BACKOFF_MS = 60_000;

interface Desk {
  readonly busyChats: Set<number>;
  readonly failures: Map<number, number>;
  readonly send: ReturnType<typeof deliveryStub>;
  isPaused: boolean;
  isWoken: boolean;
  silentUntilMs: number;
}

/**
 * Sends what the outbox holds: one message a chat at a time, receipts first, as fast as the server lets the messages
 * task queue go. It never ends; a long history continues as new once nothing is in flight.
 */
export async function notifier(input: NotifierInput): Promise<void> {
  const desk = layDesk(input);
  const show = createShowcase();
  for (;;) {
    if (workflowInfo().continueAsNewSuggested) return startAfresh(desk);
    if (desk.isPaused || desk.silentUntilMs > Date.now()) {
      await keepSilent(desk, show);
      continue;
    }
    desk.isWoken = false;
    const due = await dueMessages({ limit: BATCH, busyChats: [...desk.busyChats] });
    for (const message of due.messages)
      void deliver(desk, message).catch(() => desk.busyChats.delete(message.chatId));
    show({ state: 'sending', waitingFor: 'messages in the outbox' });
    const isFull = due.messages.length === BATCH;
    await condition(
      () => desk.isWoken || desk.isPaused,
      isFull ? CHAT_PAUSE_MS : Math.min(due.nextInMs || SWEEP_MS, SWEEP_MS),
      { summary: 'Until the outbox is looked at again' },
    );
  }
}

function layDesk(input: NotifierInput): Desk {
  const desk: Desk = {
    busyChats: new Set(),
    failures: new Map(),
    send: deliveryStub(messagesTaskQueue(workflowInfo().taskQueue)),
    isPaused: input.isPaused ?? false,
    isWoken: true,
    silentUntilMs: input.silentUntil === undefined ? 0 : Date.parse(input.silentUntil),
  };
  setHandler(wakeNotifierSignal, () => {
    desk.isWoken = true;
  });
  setHandler(pauseNotifierUpdate, () => void (desk.isPaused = true), { validator: requireRepair });
  setHandler(resumeNotifierUpdate, () => void (desk.isPaused = false), {
    validator: requireRepair,
  });
  setHandler(notifierStateQuery, () => ({
    isPaused: desk.isPaused,
    inFlight: desk.busyChats.size,
    waitingFor: desk.isPaused ? 'an operator to resume' : 'messages in the outbox',
  }));
  return desk;
}

/** Until Telegram's pause is over, or until an operator resumes; wakes go on filling the history meanwhile. */
async function keepSilent(desk: Desk, show: ReturnType<typeof createShowcase>): Promise<void> {
  if (desk.isPaused) {
    show({ state: 'paused', waitingFor: 'an operator to resume', stuck: 'paused' });
    return condition(() => !desk.isPaused || workflowInfo().continueAsNewSuggested);
  }
  const nextAt = new Date(desk.silentUntilMs).toISOString();
  show({ state: 'silent', waitingFor: 'the end of the silence Telegram asked for', nextAt });
  await sleep(desk.silentUntilMs - Date.now(), { summary: 'The silence Telegram asked for' });
}

async function deliver(desk: Desk, { messageId, chatId }: DueMessage): Promise<void> {
  desk.busyChats.add(chatId);
  const outcome = await desk.send({ messageId });
  if (outcome.kind === 'rate_limited') {
    desk.silentUntilMs = Math.max(
      desk.silentUntilMs,
      Date.now() + outcome.retryAfterSeconds * 1_000,
    );
  }
  await sleep(chatPauseMs(desk, { chatId, isFailure: outcome.kind === 'unavailable' }), {
    summary: 'The pause Telegram wants between messages of one chat',
  });
  desk.busyChats.delete(chatId);
  desk.isWoken = true;
}

/** A chat that Telegram does not answer for waits longer each time; the others do not notice. */
function chatPauseMs(desk: Desk, chat: { chatId: number; isFailure: boolean }): number {
  if (!chat.isFailure) {
    desk.failures.delete(chat.chatId);
    return CHAT_PAUSE_MS;
  }
  const failures = (desk.failures.get(chat.chatId) ?? 0) + 1;
  desk.failures.set(chat.chatId, failures);
  return Math.min(CHAT_PAUSE_MS * 2 ** failures, LONGEST_BACKOFF_MS);
}

async function startAfresh(desk: Desk): Promise<void> {
  await condition(() => desk.busyChats.size === 0);
  await condition(allHandlersFinished);
  await continueAsNew<typeof notifier>({
    isPaused: desk.isPaused,
    silentUntil: new Date(desk.silentUntilMs).toISOString(),
  });
}
