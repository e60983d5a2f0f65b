// Rehearses docker-compose.yml as a whole, before anybody relies on it: builds and starts everything, buys in a chat, stops
// it in the middle of an order, and restores a backup. It needs Docker with Compose, and ports 80, 443 and 18081.
//
//   node scripts/compose-rehearsal.mjs          and takes everything away again
//   node scripts/compose-rehearsal.mjs --keep   leaves it running, under the name telegram-billing-rehearsal
//
// Settings, secrets and volumes are its own (.data/rehearsal); a composition of another name is not touched. In the place of
// Telegram stands the sandbox, which reaches the shop as Telegram does: by its name, through nginx and TLS.
import { judgeBackup, restoreBackup } from './rehearsal/backups.mjs';
import { openChat } from './rehearsal/chat.mjs';
import { compose, prepare, remove, start } from './rehearsal/composition.mjs';
import { judgeContainers, judgeNetworks, judgePorts } from './rehearsal/containers.mjs';
import { issueKey, judgeApi, judgeDoor, judgeOperators } from './rehearsal/door.mjs';
import { same, until } from './rehearsal/judgement.mjs';

/** Tokens of the plan that is bought. */
const PLAN_TOKENS = 100;

/** An image that is named is there already, as one that deploy/release.sh made. */
const isBuilt = Boolean(process.env.BILLING_IMAGE);

const place = prepare();
const known = {};

async function step(title, work) {
  const begun = Date.now();
  process.stdout.write(`${title} … `);
  await work();
  console.log(`${Math.round((Date.now() - begun) / 1000)} s`);
}

async function buy(chat) {
  await chat.order();
  await chat.pay();
  await chat.hears(/received/);
}

async function stopAndStart() {
  const chat = await openChat();
  await chat.order();
  compose(['stop', ...place.services]);
  start(place.services);
  await until('everything is healthy again', () => place.isHealthy(), 300_000);
  await chat.pay();
  await chat.hears(/received/);
  same(
    'tokens of an order paid after a stop',
    await known.api.balanceOf(chat.personId),
    PLAN_TOKENS,
  );
}

async function rehearse() {
  await step('containers are started', async () => start(isBuilt ? [] : ['--build']));
  await step('everything is healthy', () =>
    until('everything is healthy', () => place.isHealthy(), 600_000),
  );
  await step('only nginx is published', async () => judgePorts(place));
  await step('no container has rights, or changes its own files', async () =>
    judgeContainers(place),
  );
  await step('data lie in a network without a way out', async () => judgeNetworks(place));
  await step('TLS, names and what is closed', () => judgeDoor(place));
  await step('operators enter with a password', () => judgeOperators(place));
  await step('a plan is bought in the chat', async () => {
    compose(['exec', '-T', 'server', 'node', 'dist/src/main/seed.js', '--catalogue']);
    known.chat = await openChat();
    await buy(known.chat);
  });
  await step('a key of the command line opens the API', async () => {
    known.api = issueKey(place);
    await judgeApi(known.api, { personId: known.chat.personId, tokens: PLAN_TOKENS });
  });
  await step('an open order outlives a stop of everything', stopAndStart);
  await step('backups are kept and told of', () => judgeBackup(place));
  await step('the backup is restored, and the shop sells again', async () => {
    await restoreBackup(place, known.api, known.chat);
    await buy(await openChat());
  });
}

try {
  await rehearse();
  console.log('The composition works.');
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  console.error(compose(['ps', '--all'], { isLoose: true }));
  process.exitCode = 1;
} finally {
  if (!process.argv.includes('--keep')) remove();
}
