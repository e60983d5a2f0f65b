import {
  NOTIFIER_ID,
  notifierStateQuery,
  pauseNotifierUpdate,
  resumeNotifierUpdate,
  wakeNotifierSignal,
} from '../../workflows/billing/contract';
import { until } from '../support/until';
import { REPAIR } from './support/cast';
import { beginNotifier, Outbox, type Notifier } from './support/outbox';
import { refusalOf, shown } from './support/seen';
import { HOUR, MINUTE, openTheatre, SECOND, type Theatre } from './support/theatre';

let theatre: Theatre;
let outbox: Outbox;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => {
  outbox = new Outbox();
  theatre.play(outbox.roles());
});
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

const begin = () => beginNotifier(theatre);

const wake = (handle: Notifier, ...extra: unknown[]) =>
  handle.signal(wakeNotifierSignal.name, ...extra);
const sentAll = (count: number, ms?: number) =>
  until(`${count} messages sent`, async () => outbox.sent.length >= count, ms);
const looked = (times: number) =>
  until('it looked', async () => theatre.calls('dueMessages').length >= times);

/** Messages in the order in which the notifier put them on the messages task queue. */
async function queuedMessages(handle: Awaited<ReturnType<typeof begin>>): Promise<string[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) => {
    if (scheduled?.activityType?.name !== 'deliverMessage') return [];
    const input = Buffer.from(scheduled.input?.payloads?.[0]?.data ?? '').toString();
    return [(JSON.parse(input) as { messageId: string }).messageId];
  });
}

describe('sending', () => {
  test('sends what is due, each once, in the order it is handed out', async () => {
    outbox.add(['receipt', 1], ['service', 2], ['ops', 3]);
    const handle = await begin();
    await sentAll(3);
    expect(outbox.ids().sort()).toEqual(['ops', 'receipt', 'service']);
    // Different chats are written to side by side, so what counts is the order in which they were queued.
    expect(await queuedMessages(handle)).toEqual(['receipt', 'service', 'ops']);
  });

  test('keeps one second between messages of one chat and their order (NT-2, NT-3)', async () => {
    outbox.add(['a', 1], ['b', 1], ['c', 1]);
    await begin();
    await sentAll(3);
    expect(outbox.ids()).toEqual(['a', 'b', 'c']);
    const [first, second, third] = outbox.sent.map(({ atMs }) => atMs) as [number, number, number];
    expect(second - first).toBeGreaterThan(950);
    expect(third - second).toBeGreaterThan(950);
  });

  test('a receipt waits for no batch of others (NT-8)', async () => {
    for (let chat = 1; chat <= 60; chat += 1) outbox.add([`m${chat}`, chat]);
    const handle = await begin();
    await sentAll(1);
    const before = Date.now();
    outbox.add(['receipt', 1_000]);
    await wake(handle);
    await sentAll(61);
    const receipt = outbox.sent.find(({ messageId }) => messageId === 'receipt');
    expect((receipt?.atMs ?? Infinity) - before).toBeLessThan(6_000);
    expect(new Set(outbox.ids()).size).toBe(61);
  });

  test('a burst of wakes sends everything once', async () => {
    outbox.add(['a', 1], ['b', 2]);
    const handle = await begin();
    await Promise.all(Array.from({ length: 50 }, () => wake(handle)));
    await sentAll(2);
    expect(outbox.ids().sort()).toEqual(['a', 'b']);
    expect(theatre.calls('dueMessages').length).toBeLessThan(20);
  });
});

describe('trouble', () => {
  test('429 silences everybody for as long as Telegram asks, and nothing is lost', async () => {
    let refusals = 0;
    outbox.answer = () => {
      refusals += 1;
      return refusals === 1 ? { kind: 'rate_limited', retryAfterSeconds: 120 } : { kind: 'done' };
    };
    outbox.add(['a', 1]);
    const handle = await begin();
    await until('the refusal', async () => refusals === 1);
    outbox.add(['b', 2]);
    await wake(handle);
    await theatre.pass(NOTIFIER_ID, MINUTE);
    expect(outbox.sent).toEqual([]);
    await theatre.pass(NOTIFIER_ID, MINUTE + 2 * SECOND);
    await sentAll(2);
    expect(outbox.ids().sort()).toEqual(['a', 'b']);
  });

  test('a chat that Telegram does not answer for waits longer each time; others do not notice', async () => {
    outbox.answer = (id) =>
      id === 'lost' ? { kind: 'unavailable', reason: '502' } : { kind: 'done' };
    outbox.add(['lost', 1], ['fine', 2]);
    await begin();
    await sentAll(1);
    expect(outbox.ids()).toEqual(['fine']);
    await theatre.pass(NOTIFIER_ID, 10 * MINUTE);
    const tries = theatre.calls('deliverMessage').filter(({ messageId }) => messageId === 'lost');
    expect(tries.length).toBeGreaterThan(8);
    expect(tries.length).toBeLessThan(20);
    outbox.answer = () => ({ kind: 'done' });
    await theatre.pass(NOTIFIER_ID, 2 * MINUTE);
    await sentAll(2);
  });

  test('a row nobody woke it for is found by the next sweep', async () => {
    await begin();
    await looked(1);
    outbox.add(['orphan', 1]);
    await theatre.pass(NOTIFIER_ID, 61 * SECOND);
    await sentAll(1);
  });

  test('a delayed row is looked for when its time comes', async () => {
    theatre.recast({
      dueMessages: () => Promise.resolve({ messages: [], nextInMs: 20_000 }),
    });
    await begin();
    await looked(1);
    theatre.recast(outbox.roles());
    outbox.add(['morning', 1]);
    await theatre.pass(NOTIFIER_ID, 21 * SECOND);
    await sentAll(1);
  });

  test('a database that is away delays messages and loses none', async () => {
    let tries = 0;
    const { dueMessages } = outbox.roles();
    theatre.recast({
      dueMessages: (asked) => {
        tries += 1;
        if (tries < 4 || !dueMessages) return Promise.reject(new Error('ECONNREFUSED'));
        return dueMessages(asked);
      },
    });
    outbox.add(['a', 1]);
    await begin();
    await sentAll(1);
  });
});

describe('operators', () => {
  const pause = (handle: Notifier, repair = REPAIR) =>
    handle.executeUpdate(pauseNotifierUpdate, { args: [repair] });

  test('pause and resume it', async () => {
    const handle = await begin();
    await looked(1);
    await pause(handle);
    outbox.add(['a', 1]);
    await wake(handle);
    await theatre.pass(NOTIFIER_ID, HOUR);
    expect(outbox.sent).toEqual([]);
    expect(await handle.query(notifierStateQuery)).toMatchObject({
      isPaused: true,
      waitingFor: 'an operator to resume',
    });
    const { attributes, details } = await shown(theatre.client, handle);
    expect(attributes).toMatchObject({ BillingState: 'paused', StuckReason: 'paused' });
    expect(details).toContain('an operator to resume');
    await handle.executeUpdate(resumeNotifierUpdate, { args: [REPAIR] });
    await sentAll(1);
    const { operatorId, reason } = REPAIR;
    expect(theatre.calls('recordRepair')).toMatchObject([
      { action: 'notifier.paused', operatorId, reason },
      { action: 'notifier.resumed', operatorId, reason },
    ]);
  });

  test('need a name and a reason', async () => {
    const handle = await begin();
    expect(await refusalOf(pause(handle, { ...REPAIR, reason: 'spam' }))).toMatch(/at least 10/);
    expect(await refusalOf(pause(handle, { ...REPAIR, operatorId: '' }))).toMatch(/is empty/);
    expect((await handle.query(notifierStateQuery)).isPaused).toBe(false);
  });
});

describe('a fresh run', () => {
  test('takes over a long history with messages in flight, and doubles none', async () => {
    const handle = await begin();
    await looked(1);
    const firstRun = (await handle.describe()).runId;
    for (let count = 0; count < 6; count += 1) {
      outbox.add([`m${count}`, count], [`n${count}`, count]);
      await wake(handle, 'x'.repeat(900_000));
      // An answer means that the signal was taken: several of this size in one task would not fit into a message.
      await handle.query(notifierStateQuery);
    }
    await sentAll(12);
    await until('a fresh run', async () => (await handle.describe()).runId !== firstRun);
    outbox.add(['after', 99]);
    await wake(handle);
    await sentAll(13);
    expect(new Set(outbox.ids()).size).toBe(13);
    expect(outbox.sent).toHaveLength(13);
  });

  test('stays paused and silent as the one before', async () => {
    const silentUntil = new Date(Date.now() + HOUR).toISOString();
    await theatre.start('notifier', { workflowId: NOTIFIER_ID, input: { silentUntil } });
    outbox.add(['a', 1]);
    await theatre.pass(NOTIFIER_ID, HOUR / 2);
    expect(outbox.sent).toEqual([]);
    await theatre.pass(NOTIFIER_ID, HOUR / 2 + MINUTE);
    await sentAll(1);
  });
});
