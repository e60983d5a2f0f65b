import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  bundleWorkflowCode,
  DefaultLogger,
  Runtime,
  Worker,
  type ReplayWorkerOptions,
} from '@temporalio/worker';
import { dataConverter } from '../../src/payloads/converter';
import { payloadKey } from '../support/payloads';
import { releasedHistories } from '../support/released';
import { takeServers } from '../support/servers';
import { encryptedBundle } from '../support/servers/bundle';
import { ROOT } from '../support/house/tree';
import { openTheatre, type Theatre } from '../workflows/support/theatre';
import { forgetHistories, keepHistory, recordedHistories } from './support/histories';
import { OF_BEFORE, SCENES } from './support/scenes';

// A change of workflow code that the past cannot replay would park every open workflow, so the past is kept here.
// RECORD=1 npx jest test/replay records what was not released yet, RECORD=<prefix> only the scenes whose names begin so.
// A released history is never recorded anew: somebody may have that run open, so the change is patched instead.

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
    const released = releasedHistories();
    const scenes = Object.entries(SCENES).filter(
      ([name]) => name.startsWith(prefix) && !released.includes(name),
    );

    let theatre: Theatre;

    beforeAll(async () => {
      forgetHistories(prefix, [...OF_BEFORE, ...released]);
      theatre = await openTheatre();
    });
    beforeEach(() => theatre.play());
    afterEach(() => theatre.clear());
    afterAll(() => theatre.close());

    if (scenes.length === 0) throw new Error(`nothing unreleased begins with "${prefix}"`);
    test.each(scenes)('%s', async (name, scene) => {
      await keepHistory(name, await scene(theatre));
    });
  });
}

/** Names of the histories that workflow code of a bundle cannot live through again. */
async function failures(
  codePath: string,
  options: Pick<ReplayWorkerOptions, 'dataConverter'> = {},
): Promise<string[]> {
  const replaying = { workflowBundle: { codePath }, ...options };
  const results = Worker.runReplayHistories(replaying, recordedHistories());
  const failed: string[] = [];
  for await (const { workflowId, error } of results)
    if (error) failed.push(`${workflowId}: ${error.name}`);
  return failed;
}

test('there is a history of every state', () => {
  expect(recordedHistories().map(({ workflowId }) => workflowId)).toEqual(
    [...Object.keys(SCENES), ...OF_BEFORE].sort(),
  );
});

test('today’s workflows replay every history', async () => {
  expect(await failures((await takeServers()).workflowBundlePath)).toEqual([]);
}, 120_000);

test('they replay every plain history also when payloads are encrypted now', async () => {
  const converter = dataConverter([payloadKey('k1', 1)]);
  expect(await failures(await encryptedBundle(), { dataConverter: converter })).toEqual([]);
}, 120_000);

/** Workflows to be broken, each with a history that must notice; in two halves, so that each is innocent once. */
const BREAKABLE = [
  [
    ['checkout', 'checkout-paid'],
    ['paymentConfirmation', 'payment-delivered'],
    ['subscription', 'subscription-waiting'],
    ['subscription', 'subscription-course-renewed'],
    ['notifier', 'notifier-running'],
    ['refund', 'refund-done'],
  ],
  [
    ['dispute', 'dispute-won'],
    ['operations', 'operations-asked'],
    ['wallet', 'wallet-watching'],
    ['keeper', 'keeper-keeping'],
    ['erasure', 'erasure-done'],
    ['broadcast', 'broadcast-done'],
  ],
] as const;

describe.each(BREAKABLE)('a change that breaks the past', (...broken) => {
  let folder: string;
  let failed: string[];

  beforeAll(async () => {
    const place = join(ROOT, '.data', 'planted');
    mkdirSync(place, { recursive: true });
    folder = mkdtempSync(join(place, 'replay-'));
    failed = await failures(await bundleWith([...new Set(broken.map(([workflow]) => workflow))]));
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Today's workflows, of which some begin with a nap they never took. */
  async function bundleWith(napping: readonly string[]): Promise<string> {
    const entry = join(folder, 'napping.ts');
    const today = `'${join(ROOT, 'workflows')}'`;
    const naps = napping.map(
      (name) =>
        `export async function ${name}(input: never): Promise<unknown> {
           await sleep(1_000);
           return today.${name}(input);
         }`,
    );
    const imports = [
      `import { sleep } from '@temporalio/workflow';`,
      `import * as today from ${today};`,
      `export * from ${today};`,
    ];
    writeFileSync(entry, [...imports, ...naps].join('\n'));
    const { code } = await bundleWorkflowCode({
      workflowsPath: entry,
      logger: new DefaultLogger('ERROR'),
    });
    const path = join(folder, 'napping.js');
    writeFileSync(path, code);
    return path;
  }

  test.each(broken)('to %s is caught by %s', (_workflow, history) => {
    expect(failed).toContain(`${history}: DeterminismViolationError`);
  });

  test('is seen in the histories of the changed workflows alone', () => {
    const own = broken.map(([, history]) => history.split('-')[0] ?? '');
    expect(failed.filter((name) => !own.some((family) => name.startsWith(family)))).toEqual([]);
  });
});
