import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { SANDBOX_TOKEN } from '../../../src/main/dev-processes';
import {
  COMPILED,
  startProcessStack,
  type ProcessStack,
  type Release,
} from '../../support/process-stack';
import { requireInvariants } from '../../support/invariants';
import { TEST_SECRETS } from '../../support/secrets';
import { until } from '../../support/until';
import type { ChatOrder } from '../../support/wire-chat';
import { runProgram } from './programs';
import { rehearsedShop, type RehearsedShop } from './shop';

/** One step of the upgrade, and what came of it. */
export interface Step {
  readonly what: string;
  readonly result: string;
}

export interface Rehearsal {
  /** The earlier release, checked out and built. */
  readonly folder: string;
  /** Whether its workers can belong to a build. */
  readonly hasBuilds: boolean;
  readonly tell: (step: Step) => void;
}

const EARLIER = 'earlier';
const LATER = 'later';

/** What one rehearsal works with. */
interface Scene extends Rehearsal {
  readonly stack: ProcessStack;
  readonly shop: RehearsedShop;
}

/** Lives through an upgrade as docs/operations.md prescribes it; throws at the first step that does not work. */
export async function rehearse(rehearsal: Rehearsal): Promise<void> {
  const earlierFolder = join(rehearsal.folder, 'dist');
  const stack = await startProcessStack({
    release: releaseOf(earlierFolder),
    overrides: rehearsal.hasBuilds ? { WORKER_BUILD_ID: EARLIER } : {},
  });
  const connection = await Connection.connect({ address: stack.temporal.address });
  try {
    const client = new Client({ connection, namespace: stack.temporal.namespace });
    const key = await issuedKey(stack, earlierFolder);
    const shop = rehearsedShop(stack, { client, key });
    await play({ ...rehearsal, stack, shop });
  } finally {
    await connection.close();
    await stack.stop();
  }
}

function releaseOf(compiledFolder: string): Release {
  return {
    compiledFolder,
    prepare: async (databaseUrl) => {
      const env = { ...PREPARING, DATABASE_URL: databaseUrl };
      await runProgram({ compiledFolder, program: 'migrate' }, env);
      await runProgram({ compiledFolder, program: 'seed', args: ['--catalogue'] }, env);
    },
  };
}

/** What programs of a release ask for before they look at the database. */
const PREPARING = {
  TELEGRAM_BOT_TOKEN: SANDBOX_TOKEN,
  PUBLIC_BASE_URL: 'http://localhost:1',
  API_KEY_PEPPER: TEST_SECRETS.apiKeyPepper,
  DATA_KEY: TEST_SECRETS.dataKey,
};

const environmentOf = (stack: ProcessStack, compiledFolder: string) =>
  stack.definition('server', { compiledFolder }).env ?? {};

async function issuedKey(stack: ProcessStack, compiledFolder: string): Promise<string> {
  const args = ['create', '--client', 'rehearsal', '--scopes', 'spend:write'];
  const env = environmentOf(stack, compiledFolder);
  const said = await runProgram({ compiledFolder, program: 'api-keys', args }, env);
  return said.trim().split('\n').at(-1) ?? '';
}

/** Asks this release's own program about builds until it agrees. */
async function deployment(stack: ProcessStack, command: string, build: string): Promise<void> {
  const env = environmentOf(stack, COMPILED);
  const program = { compiledFolder: COMPILED, program: 'deployment', args: [command, build] };
  let said = '';
  const isDone = () =>
    runProgram(program, env).then(
      () => true,
      (error: Error) => {
        said = error.message;
        return false;
      },
    );
  await until(`${command} ${build}`, isDone, 90_000).catch((error: Error) => {
    throw new Error(`${error.message}: ${said}`);
  });
}

async function play(scene: Scene): Promise<void> {
  const { stack, shop, tell, hasBuilds } = scene;
  if (hasBuilds) await deployment(stack, 'current', EARLIER);
  tell({ what: 'The earlier release on its own schema', result: await purchaseAndSpend(shop) });
  const open = await shop.order('Who pays later');
  const added = await migrated(stack);
  tell({ what: 'This release migrates while it works', result: `${added} migrations applied` });
  tell({ what: 'The earlier release on the new schema', result: await purchaseAndSpend(shop) });
  if (hasBuilds) await besideEachOther(scene, open);
  await takeTheirPlace(stack, hasBuilds ? { WORKER_BUILD_ID: LATER } : {});
  tell({ what: 'This release alone', result: await purchaseAndSpend(shop) });
  if (!hasBuilds) {
    await shop.pay(open);
    tell({ what: 'An order of before, paid now', result: 'credited by this release' });
  }
  await requireInvariants(stack.sql);
  tell({ what: 'Every invariant of the books', result: 'holds' });
}

async function purchaseAndSpend(shop: RehearsedShop): Promise<string> {
  const order = await shop.order('A customer');
  await shop.pay(order);
  const left = await shop.spend(order);
  if (left !== 99) throw new Error(`${left} tokens are left of 100 after a spend of one`);
  return 'a top-up in the chat and a spend over the API';
}

/** Brings the database to the schema of this release, and answers how many migrations that took. */
async function migrated(stack: ProcessStack): Promise<number> {
  const count = async () => {
    const [row] = await stack.sql`select count(*)::int as n from drizzle.__drizzle_migrations`;
    return Number(row?.['n']);
  };
  const before = await count();
  const env = environmentOf(stack, COMPILED);
  await runProgram({ compiledFolder: COMPILED, program: 'migrate' }, env);
  return (await count()) - before;
}

/** Workers of both builds: what began goes on where it began, what begins belongs to the later one. */
async function besideEachOther({ stack, shop, tell }: Scene, open: ChatOrder): Promise<void> {
  const overrides = { WORKER_BUILD_ID: LATER };
  const worker = stack.definition('worker', { compiledFolder: COMPILED, overrides });
  await stack.start({ ...worker, name: 'worker-2' });
  await deployment(stack, 'current', LATER);
  const next = await shop.order('Somebody new');
  await shop.pay(next);
  await requireBuild(shop, next, LATER);
  tell({ what: 'Both side by side: a new order', result: 'worked by this release' });
  await shop.pay(open);
  await requireBuild(shop, open, EARLIER);
  const result = 'ended by the earlier release, to which it was pinned';
  tell({ what: 'Both side by side: an order of before, paid now', result });
  await deployment(stack, 'drained', EARLIER);
  tell({ what: 'The earlier build', result: 'drained: nothing open needs it' });
}

async function requireBuild(shop: RehearsedShop, order: ChatOrder, build: string): Promise<void> {
  const ended = await shop.endedBy(order);
  if (ended !== build) throw new Error(`order ${order.no} was ended by ${ended}, not by ${build}`);
}

async function takeTheirPlace(
  stack: ProcessStack,
  overrides: Readonly<Record<string, string>>,
): Promise<void> {
  for (const name of ['worker', 'server', 'bot'] as const)
    await stack.start(stack.definition(name, { compiledFolder: COMPILED, overrides }));
}
