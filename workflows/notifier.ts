import {
  allHandlersFinished,
  condition,
  continueAsNew,
  currentUpdateInfo,
  patched,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { RepairRecord } from '../activities/billing/operations/auditing';
import type { DueMessage } from '../activities/messages';
import { deliveryStub, dueMessages } from './billing/activities';
import {
  notifierStateQuery,
  pauseNotifierUpdate,
  resumeNotifierUpdate,
  wakeNotifierSignal,
  type NotifierInput,
  type Repair,
} from './billing/contract';
import { recordRepair } from './billing/operation/stubs';
import { requirePhase, requireRepair } from './billing/repair-rules';
import { messagesTaskQueue } from './contract';
import { isAtOnce } from './stubs';
import { createShowcase, describeRepair } from './visibility';

/** Messages handed out at once: one second's worth of what Telegram allows, so that a receipt never waits long (NT-8). */
const BATCH = 25;
/** More are handed out when no more than these are under way, not at every wake: the queue would fill up. */
const REFILL = 12;
/** Of these so many may belong to a broadcast, so that a receipt always finds room and little before it. */
const BULK = 10;
const BULK_REFILL = 4;
/** Telegram takes about one message a second for one chat. */
const CHAT_PAUSE_MS = 1_000;
/** A row whose sender died before it nudged us waits this long at most. */
const SWEEP_MS = 60_000;
const LONGEST_BACKOFF_MS = 60_000;

interface Desk {
  /** False in runs that began before: they hand out a batch at every wake and write no audit. */
  readonly isBounded: boolean;
  /** Pauses and resumes that are still to be written down. */
  readonly repairs: RepairRecord[];
  /** What is on its way, or pauses after it, by chat. */
  readonly busyChats: Map<number, string>;
  /** Chats with nothing more to say when their last message was taken, and until when they are let alone. */
  readonly resting: Map<number, number>;
  readonly failures: Map<number, number>;
  readonly send: ReturnType<typeof deliveryStub>;
  /** Messages handed to the queue whose outcome is not known yet. */
  sending: number;
  sendingBulk: number;
  isPaused: boolean;
  isWoken: boolean;
  /** A chat may be written to again. */
  isFreed: boolean;
  /** The last look found something waiting behind a busy or resting chat. */
  isQueueing: boolean;
  silentUntilMs: number;
}

/**
 * Sends what the outbox holds: one message a chat at a time, receipts first, as fast as the server lets the messages
 * task queue go. It never ends; a long history continues as new once nothing is in flight.
 */
export async function notifier(input: NotifierInput): Promise<void> {
  const desk = layDesk(input);
  const show = createShowcase(() => ({
    who: 'everybody',
    what: `the sender of messages, ${desk.busyChats.size} chats busy`,
    repairs: [desk.isPaused ? 'resume' : 'pause'],
  }));
  for (;;) {
    await writeRepairs(desk);
    if (workflowInfo().continueAsNewSuggested) return startAfresh(desk);
    if (desk.isPaused || desk.silentUntilMs > Date.now()) {
      await keepSilent(desk, show);
      continue;
    }
    desk.isWoken = false;
    desk.isFreed = false;
    const ask = askOf(desk);
    const due = await dueMessages(ask);
    desk.isQueueing = due.isQueueing ?? false;
    for (const message of due.messages)
      void deliver(desk, message).catch(() => desk.busyChats.delete(message.chatId));
    show({ state: 'sending', waitingFor: 'messages in the outbox' });
    const isFull = due.messages.length === ask.limit;
    if (desk.isBounded && (isFull || isCrowded(desk))) {
      await condition(() => desk.isWoken || desk.isPaused || !isCrowded(desk));
      continue;
    }
    await condition(
      () => desk.isWoken || desk.isFreed || desk.isPaused,
      isFull ? CHAT_PAUSE_MS : Math.min(due.nextInMs || SWEEP_MS, restMs(desk)),
      { summary: 'Until the outbox is looked at again' },
    );
  }
}

function layDesk(input: NotifierInput): Desk {
  const desk: Desk = {
    isBounded: patched('bounded-and-audited'),
    repairs: [],
    sending: 0,
    sendingBulk: 0,
    isFreed: false,
    isQueueing: false,
    busyChats: new Map(),
    resting: new Map(),
    failures: new Map(),
    send: deliveryStub(messagesTaskQueue(workflowInfo().taskQueue)),
    isPaused: input.isPaused ?? false,
    isWoken: true,
    silentUntilMs: input.silentUntil === undefined ? 0 : Date.parse(input.silentUntil),
  };
  setHandler(wakeNotifierSignal, () => {
    desk.isWoken = true;
  });
  const move = (isPaused: boolean) => (repair: Repair) => {
    desk.isPaused = isPaused;
    if (desk.isBounded) desk.repairs.push(recordOf(repair, isPaused));
  };
  const only = (state: string) => (repair: Repair) => {
    requireRepair(repair);
    requirePhase(desk.isPaused ? 'paused' : 'sending', [state]);
  };
  setHandler(pauseNotifierUpdate, move(true), {
    validator: only('sending'),
    ...describeRepair('notifier', 'pause'),
  });
  setHandler(resumeNotifierUpdate, move(false), {
    validator: only('paused'),
    ...describeRepair('notifier', 'resume'),
  });
  setHandler(notifierStateQuery, () => ({
    isPaused: desk.isPaused,
    inFlight: desk.busyChats.size,
    waitingFor: desk.isPaused ? 'an operator to resume' : 'messages in the outbox',
  }));
  return desk;
}

function recordOf({ operatorId, reason }: Repair, isPaused: boolean): RepairRecord {
  return {
    step: `repair:${currentUpdateInfo()?.id ?? Date.now()}`,
    action: isPaused ? 'notifier.paused' : 'notifier.resumed',
    entity: 'notifier',
    entityId: workflowInfo().workflowId,
    operatorId,
    reason,
    before: { isPaused: !isPaused },
    after: { isPaused },
    asOf: new Date().toISOString(),
  };
}

async function writeRepairs(desk: Desk): Promise<void> {
  for (const repair of desk.repairs.splice(0)) await recordRepair(repair);
}

/** Until Telegram's pause is over, or until an operator resumes; wakes go on filling the history meanwhile. */
async function keepSilent(desk: Desk, show: ReturnType<typeof createShowcase>): Promise<void> {
  if (desk.isPaused) {
    show({ state: 'paused', waitingFor: 'an operator to resume', stuck: 'paused' });
    return condition(
      () => !desk.isPaused || desk.repairs.length > 0 || workflowInfo().continueAsNewSuggested,
    );
  }
  const nextAt = new Date(desk.silentUntilMs).toISOString();
  show({ state: 'silent', waitingFor: 'the end of the silence Telegram asked for', nextAt });
  await sleep(desk.silentUntilMs - Date.now(), { summary: 'The silence Telegram asked for' });
}

async function deliver(desk: Desk, message: DueMessage): Promise<void> {
  const { chatId } = message;
  desk.busyChats.set(chatId, message.messageId);
  const outcome = await send(desk, message);
  if (outcome.kind === 'done' && outcome.isLast && !desk.isQueueing && isAtOnce()) {
    desk.busyChats.delete(chatId);
    desk.failures.delete(chatId);
    desk.resting.set(chatId, Date.now() + CHAT_PAUSE_MS);
    return;
  }
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
  desk.isFreed = true;
}

async function send(desk: Desk, { messageId, isBulk }: DueMessage) {
  const bulk = isBulk ? 1 : 0;
  desk.sending += 1;
  desk.sendingBulk += bulk;
  try {
    return await desk.send({ messageId });
  } finally {
    desk.sending -= 1;
    desk.sendingBulk -= bulk;
  }
}

/** What may be handed out now. */
function askOf({ isBounded, busyChats, resting, sending, sendingBulk }: Desk) {
  for (const [chatId, untilMs] of resting) if (untilMs <= Date.now()) resting.delete(chatId);
  const named = isAtOnce() ? { sendingIds: [...busyChats.values()] } : {};
  const chats = { busyChats: [...busyChats.keys(), ...resting.keys()], ...named };
  const shared = { limit: BATCH, ...chats };
  if (!isBounded) return shared;
  return {
    ...shared,
    limit: Math.max(0, BATCH - sending),
    bulkLimit: Math.max(0, BULK - sendingBulk),
  };
}

function isCrowded({ sending, sendingBulk }: Desk): boolean {
  return sending > REFILL || sendingBulk > BULK_REFILL;
}

/**
 * Until the outbox is looked at again by itself. A chat that rests costs no timer and no look, unless something was
 * promised to it meanwhile; what waits behind a busy chat is looked for when that is free.
 */
function restMs({ isQueueing, resting }: Desk): number {
  if (!isQueueing || resting.size === 0) return SWEEP_MS;
  return Math.max(1, Math.max(...resting.values()) - Date.now());
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
  // The next run knows of nobody who was just written to.
  if (desk.resting.size > 0) await sleep(CHAT_PAUSE_MS, { summary: 'Until all chats have rested' });
  await condition(allHandlersFinished);
  await writeRepairs(desk);
  await continueAsNew<typeof notifier>({
    isPaused: desk.isPaused,
    silentUntil: new Date(desk.silentUntilMs).toISOString(),
  });
}
