import { parseArgs } from 'node:util';
import { connect } from '../../drizzle/client';
import type { ClockMove } from '../bot/parts';
import { ConfigError, type Config } from '../config';
import { jumpEndMs, readClockJump, type ClockJump } from '../domain/clock-jump';
import { runProcess } from './process';
import { adoptRunning } from './running';
import { connectClient } from './temporal';
import { sandboxClock } from './test-clock';
import { clientOf } from './wiring';

const USAGE = 'Usage: npm run clock -- --user <Telegram id> +31d   (+45m, +6h, +31d, +1y)';
const ONLY_SANDBOX =
  'Clocks are moved in the sandbox only: NODE_ENV is not production, and PAYMENT_PROVIDERS names the mock bank and ' +
  'no real one';

adoptRunning(process.env);
runProcess('clock', async ({ config }) => {
  const wish = readWish(process.argv.slice(2));
  say(`Moving the clock of ${wish.userId}`);
  report(wish.userId, await move(config, wish));
});

interface Wish {
  readonly userId: number;
  readonly jump: ClockJump;
}

function readWish(args: readonly string[]): Wish {
  const options = { user: { type: 'string' } } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const jump = readClockJump(positionals[0] ?? '');
  const userId = Number(values.user);
  if (!jump || !Number.isSafeInteger(userId) || positionals.length > 1)
    throw new ConfigError(USAGE);
  return { userId, jump };
}

async function move(config: Config, { userId, jump }: Wish): Promise<ClockMove> {
  const database = connect(config.databaseUrl, { poolSize: 2, applicationName: 'clock' });
  const connection = await connectClient(config.temporal.reach);
  try {
    const client = clientOf(config, connection);
    const { testClock } = sandboxClock(config, { client, sql: database.sql });
    if (!testClock) throw new ConfigError(ONLY_SANDBOX);
    return await testClock.move({ userId, endMs: (fromMs) => jumpEndMs(fromMs, jump) });
  } finally {
    await connection.close();
    await database.close();
  }
}

function report(userId: number, move: ClockMove): void {
  switch (move.kind) {
    case 'moved':
      for (const { atMs, workflowId, summary } of move.fired) {
        say(`${at(atMs)}  ${workflowId}: ${summary}`);
      }
      say(`${move.fired.length} events; before ${at(move.fromMs)}, after ${at(move.untilMs)}`);
      return;
    case 'busy':
      throw new ConfigError(
        `The clock of ${userId} is being moved already; repeat when it is done`,
      );
    case 'unknown_person':
      throw new ConfigError(`The bot has not met ${userId} yet`);
    case 'fixed':
      throw new ConfigError(move.problem);
  }
}

function at(instantMs: number): string {
  return new Date(instantMs).toISOString();
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
