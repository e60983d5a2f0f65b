import type { Update } from '@grammyjs/types';
import { startTelegramSandbox } from '../../sandbox/telegram/server';
import { createBot } from '../../src/bot/bot';
import type { BotParts } from '../../src/bot/parts';
import { startPolling } from '../../src/bot/polling';
import { UpdateWindow } from '../../src/bot/update-window';
import { freePort } from '../../src/embedded/ports';
import { TOKEN } from './support/stage';
import { until } from './support/visitor';

function message(updateId: number, from: number): Update {
  const person = { id: from, is_bot: false, first_name: 'A' };
  const chat = { id: from, type: 'private' as const, first_name: 'A' };
  return {
    update_id: updateId,
    message: { message_id: 1, date: 1, chat, from: person, text: 'x' },
  };
}

describe('the window of updates', () => {
  function open(limitMs = 60_000) {
    const hanging: number[] = [];
    const begun: number[] = [];
    const waiting = new Map<number, { done: () => void; fail: (error: Error) => void }>();
    const stop = new AbortController();
    const failures: number[] = [];
    const window = new UpdateWindow({
      handle: ({ update_id }) => {
        begun.push(update_id);
        return new Promise<void>((done, fail) => waiting.set(update_id, { done, fail }));
      },
      onFailure: (_error, updateId) => failures.push(updateId),
      onHanging: (updateId) => hanging.push(updateId),
      signal: stop.signal,
      limitMs,
    });
    return { window, begun, waiting, failures, hanging, stop };
  }
  const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

  it('serves different people side by side and one person in order', async () => {
    const { window, begun, waiting } = open();
    window.take([message(10, 1), message(11, 1), message(12, 2)]);
    await settle();
    expect(begun).toEqual([10, 12]);
    waiting.get(10)?.done();
    await settle();
    expect(begun).toEqual([10, 12, 11]);
  });

  it('confirms nothing above an unfinished update, and begins nothing twice', async () => {
    const { window, begun, waiting } = open();
    const updates = [message(10, 1), message(11, 2), message(12, 3)];
    window.take(updates);
    await settle();
    waiting.get(12)?.done();
    waiting.get(11)?.done();
    await settle();
    expect(window.offset).toBe(10);
    window.take([...updates, message(13, 4)]);
    await settle();
    expect(begun).toEqual([10, 11, 12, 13]);
    waiting.get(10)?.done();
    waiting.get(13)?.done();
    await settle();
    expect([window.offset, window.isBusy]).toEqual([14, false]);
  });

  it('begins nothing again that was finished while Telegram was being asked', async () => {
    const { window, begun, waiting } = open();
    window.take([message(10, 1)]);
    expect(window.nextOffset()).toBe(10);
    await settle();
    waiting.get(10)?.done();
    await settle();
    window.take([message(10, 1)]);
    await settle();
    expect(begun).toEqual([10]);
    expect(window.nextOffset()).toBe(11);
  });

  it('gives up an update without an end, so that others go on and what comes behind it is seen', async () => {
    const { window, begun, waiting, hanging, failures } = open(40);
    window.take([message(10, 1), message(11, 2), message(12, 1)]);
    await settle();
    waiting.get(11)?.done();
    await settle();
    expect([window.offset, begun]).toEqual([10, [10, 11]]);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect([window.offset, begun, hanging]).toEqual([12, [10, 11, 12], [10]]);
    waiting.get(10)?.fail(new Error('nobody hears of it'));
    waiting.get(12)?.done();
    await settle();
    expect([window.isBusy, failures]).toEqual([false, []]);
  });

  it('waits for the end of an update that reports a payment, however long it takes', async () => {
    const { window, waiting, hanging } = open(20);
    const paid = { ...message(10, 1).message, successful_payment: {} };
    window.take([{ update_id: 10, message: paid } as Update, message(11, 2)]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([window.offset, hanging]).toEqual([10, [11]]);
    waiting.get(10)?.done();
    await settle();
    expect(window.offset).toBe(12);
  });

  it('tries a failed update again before the next one of the same person', async () => {
    const { window, begun, waiting, failures } = open();
    window.take([message(10, 1), message(11, 1)]);
    await settle();
    waiting.get(10)?.fail(new Error('no database'));
    await until('the second try', () => begun.length === 2);
    expect([begun, failures]).toEqual([[10, 10], [10]]);
  });
});

describe('polling', () => {
  function parts(logged: object[]): BotParts {
    const keep = (details: object) => logged.push(details);
    const arrival = {
      ...{ isRepeat: false, isNew: false, locale: 'en', timeZone: 'UTC', isBlocked: false },
      ...{ clockOffsetMs: 0, dialogue: undefined, isDialogueOver: false, balanceUtok: 0 },
      ...{ roles: [], hasCatalogue: false, hasConsent: true, isMaintenance: false },
    };
    return {
      records: {
        arrive: async () => arrival,
        leave: async () => undefined,
        takeRate: async () => ({ kind: 'ok' }),
      },
      reads: { catalogue: async () => [] },
      commands: {},
      log: { info: keep, warn: keep, error: keep },
      clock: () => Date.now(),
      settings: { publicBaseUrl: 'https://billing.example', supportUsername: 'help' },
      paymentProviders: [],
      reportIncident: async () => undefined,
    } as unknown as BotParts;
  }

  it('waits for a Telegram that is away, survives its faults, and keeps the token out of the log', async () => {
    const port = await freePort();
    const logged: object[] = [];
    const bot = createBot(TOKEN, parts(logged), { apiRoot: `http://127.0.0.1:${port}` });
    const polling = startPolling(bot, parts(logged));
    await until('a complaint', () => logged.length > 0);
    const telegram = await startTelegramSandbox({ port, rates: 'unlimited' });
    try {
      telegram.registerBot(TOKEN);
      await polling.started;
      telegram.faults.add({ kind: '500', method: 'getUpdates', times: 1 });
      telegram.faults.add({ kind: 'drop-response', method: 'getUpdates', times: 1 });
      telegram.createPerson({ id: 9_200_001, firstName: 'Anna', languageCode: 'en' });
      telegram.send(9_200_001, '/start');
      await telegram.waitForMessage(9_200_001, 'Hello, Anna', { timeoutMs: 20_000 });
      await polling.stop();
      expect(telegram.pendingUpdates()).toEqual([]);
      expect(JSON.stringify(logged)).not.toContain('bot-tests');
    } finally {
      await telegram.close();
    }
  });
});
