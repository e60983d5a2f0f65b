import type { Book } from './book';
import type { DeliveryAttempt, MockNotification } from './model';

export interface NotifierOptions {
  readonly book: Book;
  readonly notifyUrl: string;
  /** Pauses before the second, third, … attempt; the last one is repeated. */
  readonly retryDelaysMs: readonly number[];
  readonly maxAttempts: number;
  readonly timeoutMs: number;
}

/** Groups go out one after the other, the notifications of one group all at once. */
export interface Dispatch {
  readonly groups: readonly (readonly MockNotification[])[];
  readonly delayMs: number;
}

/** Tells the shop, again and again, until it answers with the success word. */
export interface Notifier {
  /** Resolves when every notification has been tried once. */
  dispatch(dispatch: Dispatch): Promise<void>;
  /** Goes on with what an earlier process left undelivered. */
  resume(): void;
  /** Tries everything undelivered now, whatever its pause. */
  retryNow(): Promise<void>;
  stop(): Promise<void>;
}

export function createNotifier(options: NotifierOptions): Notifier {
  const timers = new Map<string, NodeJS.Timeout>();
  const inFlight = new Set<string>();
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();

  const track = (work: Promise<void>): Promise<void> => {
    running.add(work);
    return work.finally(() => running.delete(work));
  };
  const later = (id: string, delayMs: number): void => {
    clearTimeout(timers.get(id));
    if (!stopping.signal.aborted)
      timers.set(
        id,
        setTimeout(() => void track(attempt(id)), delayMs),
      );
  };
  const attempt = async (id: string): Promise<void> => {
    const notification = options.book.notifications.get(id);
    if (notification?.status !== 'waiting' || stopping.signal.aborted || inFlight.has(id)) return;
    inFlight.add(id);
    const result = await send(notification, options, stopping.signal);
    inFlight.delete(id);
    // A stop is no answer of the shop: the next process tries again.
    if (stopping.signal.aborted) return;
    const next = afterAttempt(notification, result, options);
    options.book.notifications.put(id, next);
    if (next.status === 'waiting') later(id, next.nextAtMs - Date.now());
  };
  return {
    dispatch: ({ groups, delayMs }) => {
      groups.flat().forEach((each) => options.book.notifications.put(each.id, each));
      return track(sendGroups(groups, { delayMs, attempt, signal: stopping.signal }));
    },
    resume: () => {
      for (const { id, nextAtMs } of waiting(options.book))
        later(id, Math.max(0, nextAtMs - Date.now()));
    },
    retryNow: async () => {
      await Promise.all(waiting(options.book).map(({ id }) => track(attempt(id))));
    },
    stop: async () => {
      stopping.abort();
      timers.forEach(clearTimeout);
      await Promise.allSettled([...running]);
    },
  };
}

function waiting(book: Book): MockNotification[] {
  return book.notifications.all().filter(({ status }) => status === 'waiting');
}

interface GroupSending {
  readonly delayMs: number;
  readonly attempt: (id: string) => Promise<void>;
  readonly signal: AbortSignal;
}

async function sendGroups(
  groups: readonly (readonly MockNotification[])[],
  { delayMs, attempt, signal }: GroupSending,
): Promise<void> {
  if (delayMs > 0) await pause(delayMs, signal);
  for (const group of groups) await Promise.all(group.map(({ id }) => attempt(id)));
}

async function send(
  notification: MockNotification,
  { notifyUrl, timeoutMs }: NotifierOptions,
  stop: AbortSignal,
): Promise<DeliveryAttempt> {
  const at = new Date().toISOString();
  try {
    const response = await fetch(notifyUrl, {
      method: 'POST',
      headers: { 'content-type': notification.contentType },
      body: notification.body,
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), stop]),
    });
    return { at, status: response.status, body: (await response.text()).slice(0, 300) };
  } catch (error) {
    return { at, status: 0, body: error instanceof Error ? error.message : 'no answer' };
  }
}

function afterAttempt(
  notification: MockNotification,
  last: DeliveryAttempt,
  { retryDelaysMs, maxAttempts }: NotifierOptions,
): MockNotification {
  const attempts = notification.attempts + 1;
  const isDelivered = last.status === 200 && last.body.trim() === notification.expects;
  const status = isDelivered ? 'delivered' : attempts >= maxAttempts ? 'given_up' : 'waiting';
  const delay = retryDelaysMs[Math.min(attempts, retryDelaysMs.length) - 1] ?? 1000;
  return { ...notification, attempts, last, status, nextAtMs: Date.now() + delay };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
