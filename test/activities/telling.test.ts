import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { wakeSender } from '../../activities/telling';

/** A process whose signals take no time, and how many it has sent. */
function sender() {
  let signals = 0;
  const signalWithStart = () => Promise.resolve(void (signals += 1));
  const client = {
    withAbortSignal: (_signal: unknown, work: () => unknown) => work(),
    workflow: { signalWithStart },
  };
  const environment = new MockActivityEnvironment(
    { taskQueue: 'billing' },
    { client: client as never, logger: new DefaultLogger('ERROR') },
  );
  return { wake: () => environment.run(wakeSender), sent: () => signals };
}

test('the first who asks is heard at once', async () => {
  const { wake, sent } = sender();
  await wake();
  expect(sent()).toBe(1);
});

test('five thousand who ask at once share two signals, and each is heard after asking', async () => {
  const { wake, sent } = sender();
  await Promise.all(Array.from({ length: 5_000 }, wake));
  expect(sent()).toBeLessThanOrEqual(2);
});

test('whoever asks without a pause is heard twenty times a second', async () => {
  const { wake, sent } = sender();
  const endsAt = performance.now() + 500;
  let asked = 0;
  while (performance.now() < endsAt) {
    const before = sent();
    await wake();
    expect(sent()).toBe(before + 1);
    asked += 1;
  }
  expect(asked).toBeLessThanOrEqual(12);
  expect(asked).toBeGreaterThan(1);
});
