// Keeps one PostgreSQL and one Temporal running for the tests, so that `npm test -- path` starts at once.
//
//   npm run test:servers            starts them and stays; Ctrl-C stops them
//   npm run test:servers -- status  says whether they run, and where
//   npm run test:servers -- stop    stops them, whoever started them
//
// In the background: setsid nohup npm run test:servers > .data/test-servers.log 2>&1 &
import { setInterval } from 'node:timers';
import { requireTypeScript } from './load-typescript.mjs';

const require = requireTypeScript();
const { startTestServers } = require('../test/support/servers/start.ts');
const { readServers } = require('../test/support/servers/state.ts');
const { stopOnSignals } = require('../src/embedded/processes/stopping.ts');
const { endProcess } = require('../src/embedded/processes/identity.ts');

const say = (line) => console.log(line);
const running = readServers();

switch (process.argv[2]) {
  case undefined:
    await keepRunning();
    break;
  case 'status':
    say(running === undefined ? 'No test servers run' : describe(running));
    break;
  case 'stop':
    if (running === undefined) say('No test servers run');
    else await endProcess(running.owner, { signal: 'SIGTERM', patienceMs: 60_000 });
    break;
  default:
    say(`Unknown word "${process.argv[2]}"; use none, status or stop`);
    process.exitCode = 1;
}

async function keepRunning() {
  if (running !== undefined) {
    say(`They run already. ${describe(running)}`);
    return;
  }
  const servers = await startTestServers(true, say);
  say(describe(servers.state));
  setInterval(() => undefined, 60_000);
  stopOnSignals({ stop: () => servers.stop(), kill: () => servers.kill() });
}

function describe(state) {
  return `Test servers of process ${state.owner.pid}: Temporal ${state.temporalAddress}, Web UI ${state.webUiUrl}, PostgreSQL ${state.postgresAdminUrl}`;
}
