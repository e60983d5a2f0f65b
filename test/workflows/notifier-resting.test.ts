import { notifierStateQuery, wakeNotifierSignal } from '../../workflows/billing/contract';
import { until } from '../support/until';
import { beginNotifier, Outbox, type Notifier } from './support/outbox';
import { openTheatre, type Theatre } from './support/theatre';

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

const wake = (handle: Notifier) => handle.signal(wakeNotifierSignal.name);
const looks = () => theatre.calls('dueMessages').length;
const sent = (count: number) =>
  until(`${count} messages are sent`, async () => outbox.sent.length === count);
const idle = (handle: Notifier) =>
  until('nothing is in flight', async () => {
    return (await handle.query(notifierStateQuery)).inFlight === 0;
  });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('a chat with nothing more to say costs neither a timer nor another look', async () => {
  const handle = await begin();
  await until('it looked', async () => looks() === 1);
  outbox.add(['a', 1]);
  await wake(handle);
  await sent(1);
  await idle(handle);
  await pause(1_500);
  expect(looks()).toBe(2);
  const { events = [] } = await handle.fetchHistory();
  const timers = (events ?? []).flatMap(({ timerStartedEventAttributes: timer }) => timer ?? []);
  // One sweep for each look, and nothing for the chat.
  expect(timers).toHaveLength(2);
});

test('what is promised while a chat rests leaves when a second has passed, not with the sweep', async () => {
  outbox.add(['a', 1]);
  const handle = await begin();
  await sent(1);
  await idle(handle);
  outbox.add(['b', 1]);
  await wake(handle);
  await sent(2);
  const [first, second] = outbox.sent.map(({ atMs }) => atMs) as [number, number];
  expect(second - first).toBeGreaterThan(950);
  expect(second - first).toBeLessThan(10_000);
});

test('what was promised just before the last message was taken is not left to the sweep', async () => {
  const { deliverMessage } = outbox.roles();
  let release: () => void = () => undefined;
  const taken = new Promise<void>((resolve) => (release = resolve));
  theatre.recast({
    deliverMessage: async (message) => {
      if (!deliverMessage) throw new Error('the outbox delivers');
      const outcome = await deliverMessage(message);
      // Written down as the last one, and known to the sender only after its next look.
      if (message.messageId === 'a') await taken;
      return outcome;
    },
  });
  outbox.add(['a', 1]);
  const handle = await begin();
  await sent(1);
  outbox.add(['b', 1]);
  await wake(handle);
  await until('it looked again', async () => looks() > 1);
  release();
  await sent(2);
  expect(outbox.ids()).toEqual(['a', 'b']);
});
