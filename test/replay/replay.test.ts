import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { takeServers } from '../support/servers';
import { ROOT } from '../support/house/tree';
import { openTheatre, type Theatre } from '../workflows/support/theatre';
import { forgetHistories, keepHistory, recordedHistories } from './support/histories';
import { SCENES } from './support/scenes';

// A change of workflow code that the past cannot replay would park every open workflow, so the past is kept here.
// RECORD=1 npx jest test/replay records it anew, RECORD=<prefix> only the scenes whose names begin so; a change to a
// long-lived workflow is patched instead.

const wanted = process.env['RECORD'] ?? '';
const isRecording = wanted !== '';
const prefix = wanted === '1' ? '' : wanted;

// The SDK's core shouts about the very failures that these tests ask for.
const quiet = { logging: { filter: 'OFF' } };
if (!isRecording) {
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: quiet });
}

if (isRecording) {
  describe('recording', () => {
    let theatre: Theatre;

    beforeAll(async () => {
      forgetHistories(prefix);
      theatre = await openTheatre();
    });
    beforeEach(() => theatre.play());
    afterEach(() => theatre.clear());
    afterAll(() => theatre.close());

    const scenes = Object.entries(SCENES).filter(([name]) => name.startsWith(prefix));
    test.each(scenes)('%s', async (name, scene) => {
      await keepHistory(name, await scene(theatre));
    });
  });
}

/** Names of the histories that workflow code of a bundle cannot live through again. */
async function failures(codePath: string): Promise<string[]> {
  const results = Worker.runReplayHistories({ workflowBundle: { codePath } }, recordedHistories());
  const failed: string[] = [];
  for await (const { workflowId, error } of results)
    if (error) failed.push(`${workflowId}: ${error.name}`);
  return failed;
}

test('there is a history of every state', () => {
  expect(recordedHistories().map(({ workflowId }) => workflowId)).toEqual(
    Object.keys(SCENES).sort(),
  );
});

test('today’s workflows replay every history', async () => {
  expect(await failures((await takeServers()).workflowBundlePath)).toEqual([]);
}, 120_000);

describe('a change that breaks the past', () => {
  let folder: string;

  beforeAll(() => {
    const place = join(ROOT, '.data', 'planted');
    mkdirSync(place, { recursive: true });
    folder = mkdtempSync(join(place, 'replay-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Today's workflows, with one that begins with a nap it never took. */
  async function brokenBundle(name: string): Promise<string> {
    const entry = join(folder, `${name}.ts`);
    writeFileSync(
      entry,
      `import { sleep } from '@temporalio/workflow';
       import * as today from '${join(ROOT, 'workflows')}';
       export * from '${join(ROOT, 'workflows')}';
       export async function ${name}(input: never): Promise<unknown> {
         await sleep(1_000);
         return today.${name}(input);
       }`,
    );
    const { code } = await bundleWorkflowCode({
      workflowsPath: entry,
      logger: new DefaultLogger('ERROR'),
    });
    const path = join(folder, `${name}.js`);
    writeFileSync(path, code);
    return path;
  }

  test.each([
    ['checkout', 'checkout-paid'],
    ['paymentConfirmation', 'payment-delivered'],
    ['subscription', 'subscription-waiting'],
    ['notifier', 'notifier-running'],
    ['refund', 'refund-done'],
    ['dispute', 'dispute-won'],
    ['operations', 'operations-asked'],
    ['wallet', 'wallet-watching'],
    ['keeper', 'keeper-keeping'],
    ['erasure', 'erasure-done'],
  ])(
    'to %s is caught',
    async (workflow, history) => {
      const failed = await failures(await brokenBundle(workflow));
      expect(failed).toContain(`${history}: DeterminismViolationError`);
      const [own = ''] = history.split('-');
      expect(failed.filter((name) => !name.startsWith(own))).toEqual([]);
    },
    120_000,
  );
});
