import type { Client } from '@temporalio/client';
import type postgres from 'postgres';
import { NOTIFIER_ID, wakeNotifierSignal } from '../../workflows/billing/contract';
import type { ClockMove, TestClock } from '../bot/parts';
import type { Config } from '../config';
import { travel } from '../embedded/customer-clock';
import { ClockFixed } from '../embedded/time-skipping';

export interface TestClockParts {
  readonly client: Client;
  readonly sql: postgres.Sql;
  /** Makes the mock bank follow. */
  readonly setBankClock: (userId: number, offsetMs: number) => Promise<void>;
}

/** Money of nobody moves there: the mock bank is the only one, beside Stars. */
const PLAY_MONEY: readonly string[] = ['mock', 'stars'];

/** Whether clocks of customers may be moved at all: never in production, and nowhere with a real bank (OPS-20). */
export function isSandbox({
  isProduction,
  providers,
}: Pick<Config, 'isProduction' | 'providers'>): boolean {
  const { enabled } = providers;
  const isPlay = enabled.includes('mock') && enabled.every((name) => PLAY_MONEY.includes(name));
  return !isProduction && isPlay;
}

/** The part a bot is given: the clock where it may be moved, and nothing anywhere else. */
export function sandboxClock(
  config: Config,
  parts: Pick<TestClockParts, 'client' | 'sql'>,
): { readonly testClock?: TestClock } {
  if (!isSandbox(config)) return {};
  return { testClock: createTestClock({ ...parts, setBankClock: bankClockOf(config.providers) }) };
}

/** Moves customers' clocks: their open workflows, what the edge takes for now, and the mock bank. */
export function createTestClock(parts: TestClockParts): TestClock {
  return {
    move: async ({ userId, endMs }) => {
      const own = await parts.sql.reserve();
      const key = `clock:${userId}`;
      try {
        const [turn] = await own<{ isOurs: boolean }[]>`
          select pg_try_advisory_lock(hashtextextended(${key}, 0)) as "isOurs"`;
        if (!turn?.isOurs) return { kind: 'busy' };
        try {
          // By the same connection, so that many jumps at once never wait for each other's.
          return await moveAlone({ ...parts, sql: own }, { userId, endMs });
        } finally {
          await own`select pg_advisory_unlock(hashtextextended(${key}, 0))`;
        }
      } finally {
        own.release();
      }
    },
  };
}

async function moveAlone(
  parts: TestClockParts,
  { userId, endMs }: Parameters<TestClock['move']>[0],
): Promise<ClockMove> {
  const { client, sql } = parts;
  const [person] = await sql<{ offsetMs: string }[]>`
    select clock_offset_ms as "offsetMs" from users where id = ${userId}`;
  if (!person) return { kind: 'unknown_person' };
  const offsetMs = Number(person.offsetMs);
  const fromMs = Date.now() + offsetMs;
  try {
    const arrival = await travel(client, {
      ...{ query: `BillingUserId = '${userId}'`, offsetMs },
      durationMs: endMs(fromMs) - fromMs,
      reach: (reachedMs) => reach(parts, userId, reachedMs),
    });
    return { kind: 'moved', ...arrival };
  } catch (error) {
    if (error instanceof ClockFixed) return { kind: 'fixed', problem: error.message };
    throw error;
  }
}

/** Everything outside workflows arrives before they do; the bank first, because it answers them. */
async function reach(
  { client, sql, setBankClock }: TestClockParts,
  userId: number,
  offsetMs: number,
): Promise<void> {
  await setBankClock(userId, offsetMs);
  const [person] = await sql<{ isAwaited: boolean }[]>`
    update users set clock_offset_ms = ${offsetMs} where id = ${userId}
    returning exists (
      select 1 from outbox_messages
      where user_id = ${userId} and state = 'queued' and not_before is not null) as "isAwaited"`;
  if (person?.isAwaited) await wakeSender(client);
}

/** A message that waits for the end of the night is due earlier in real time than its sender thinks. */
async function wakeSender(client: Client): Promise<void> {
  try {
    await client.workflow.getHandle(NOTIFIER_ID).signal(wakeNotifierSignal);
  } catch {
    // Nobody sends just now; whoever begins to looks at everything.
  }
}

/** Speaks to the control port of the mock bank. */
export function bankClockOf({ mock }: Config['providers']): TestClockParts['setBankClock'] {
  return async (userId, offsetMs) => {
    const response = await fetch(`${mock.baseUrl}/control/clock`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ customerId: String(userId), offsetMs }),
      signal: AbortSignal.timeout(5_000),
    });
    if (!response.ok) throw new Error(`the mock bank did not set its clock: ${response.status}`);
    await response.body?.cancel();
  };
}
