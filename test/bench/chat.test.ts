import { asks, Chat, leadsOut, type ChatEvent } from '../../bench/chat/chat';
import { HELD_SHARE } from '../../bench/chat/plan';
import { findRate } from '../../bench/chat/ramp';
import { ChatRecord, latencyOf } from '../../bench/chat/record';
import { watchedOf } from '../../bench/chat/watch';

const PLAN = { firstPerSecond: 10, factor: 2, mostPerSecond: 100, stepMs: 1 };

function stretch(perSecond: number, p95Ms: number, failed = 0) {
  return { perSecond, latency: latencyOf([p95Ms]), failed };
}

describe('the rate that is held', () => {
  const rateOf = async (isSlow: (perSecond: number, call: number) => boolean, failed = 0) => {
    let calls = 0;
    const run = (perSecond: number) => {
      calls += 1;
      const slow = isSlow(perSecond, calls);
      return Promise.resolve(stretch(perSecond, slow ? 300 : 100, slow ? failed : 0));
    };
    const { sustainable, held, steps } = await findRate(PLAN, run);
    return { sustainable, held, steps: steps.length };
  };

  test('is a share of the last step that was quick enough', async () => {
    const found = await rateOf((perSecond) => perSecond > 20);
    expect(found).toEqual({ sustainable: 20, held: 20 * HELD_SHARE, steps: 4 });
  });

  test('survives a step that was disturbed once', async () => {
    const found = await rateOf((_, call) => call === 2);
    expect(found).toEqual({ sustainable: 80, held: 80 * HELD_SHARE, steps: 5 });
  });

  test('is below the first step when not even that is quick enough', async () => {
    const found = await rateOf(() => true, 1);
    expect(found).toEqual({ sustainable: undefined, held: 10 * HELD_SHARE, steps: 2 });
  });
});

describe('memory over time', () => {
  const rising = Array.from({ length: 11 }, (_, minute) => ({
    atMs: minute * 60_000,
    megabytes: 100 + 2 * minute,
    cpuMs: minute * 30_000,
  }));

  test('is told by the line through its samples', () => {
    expect(watchedOf('worker', rising)).toEqual({
      ...{ name: 'worker', beginMb: 100, middleMb: 110, endMb: 120 },
      slopeMbPerMinute: expect.closeTo(2),
      growth: expect.closeTo(0.2),
      cores: expect.closeTo(0.5),
    });
  });

  test('is flat when it only swings', () => {
    const swinging = rising.map((sample, index) => ({ ...sample, megabytes: 100 + (index % 2) }));
    expect(Math.abs(watchedOf('worker', swinging).growth)).toBeLessThan(0.005);
  });
});

describe('a chat', () => {
  const show = (type: 'message' | 'edited', id: number, buttons: object[]): ChatEvent => ({
    type,
    message: {
      chatId: 1,
      message: {
        ...{ message_id: id, text: `message ${id}`, from: { is_bot: true } },
        reply_markup: { inline_keyboard: [buttons] as never },
      },
    },
  });
  const MENU = { text: 'Menu', callback_data: 'v1:nav:menu' };
  const RECEIPT = { text: 'Receipt', callback_data: 'v1:rcpt:pdf:0000000000000000000001' };

  test('finds the newest button, and only on what has changed when that is asked', () => {
    const chat = new Chat();
    chat.take(show('message', 1, [MENU]));
    chat.take(show('message', 2, [MENU]));
    expect(chat.find(asks('nav:menu'))?.messageId).toBe(2);
    const since = chat.changes;
    expect(chat.find(asks('nav:menu'), since)).toBeUndefined();
    chat.take(show('edited', 1, [{ text: 'Pay', url: 'https://bank.example' }]));
    expect(chat.find(leadsOut, since)).toMatchObject({ messageId: 1, label: 'Pay' });
  });

  test('waits for what comes, and not for ever', async () => {
    const chat = new Chat();
    const look = () => chat.find(asks('nav:menu'));
    const found = chat.until(look, 5_000);
    chat.take(show('message', 1, [MENU]));
    expect((await found)?.label).toBe('Menu');
    expect(await chat.until(() => chat.find(asks('nav:top')), 5)).toBeUndefined();
  });

  test('counts receipts as they come, and no card that becomes one', () => {
    const chat = new Chat();
    chat.take(show('message', 1, [MENU]));
    chat.take(show('edited', 1, [RECEIPT]));
    chat.take(show('message', 2, [RECEIPT]));
    expect(chat.receipts.map(({ data }) => data)).toEqual([RECEIPT.callback_data]);
  });
});

test('a record counts everything and times only what happens in the hold', () => {
  const record = new ChatRecord();
  record.done('tap', 500);
  record.enter('hold');
  record.done('tap', 20);
  record.failed('a button');
  record.enter('drain');
  record.done('tap', 900);
  expect(record.countOf('tap')).toBe(3);
  expect(record.latencies().tap).toMatchObject({ count: 1, p95Ms: 20 });
  expect(record.failures).toEqual([{ phase: 'hold', what: 'a button' }]);
});
