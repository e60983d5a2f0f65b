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
  /** Makes Telegram follow, and answers the charges of Stars that became due; without it Stars renew by hand alone. */
  readonly setTelegramClock?: (userId: number, offsetMs: number) => Promise<readonly string[]>;
}

/** Money of nobody moves there: the mock bank is the only one, beside Stars. */
const PLAY_MONEY: readonly string[] = ['mock', 'stars'];

/** It keeps its own time. */
const REAL_TELEGRAM = 'https://api.telegram.org';

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
  const { apiRoot } = config.telegram;
  const setBankClock = bankClockOf(config.providers);
  const telegram = apiRoot === REAL_TELEGRAM ? {} : { setTelegramClock: telegramClockOf(apiRoot) };
  return { testClock: createTestClock({ ...parts, setBankClock, ...telegram }) };
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

/**
 * Everything outside workflows arrives before they do; the bank first, because it answers them. What Telegram takes on the
 * way is booked before whoever waits for it looks.
 */
async function reach(
  { client, sql, setBankClock, setTelegramClock }: TestClockParts,
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
  const charges = (await setTelegramClock?.(userId, offsetMs)) ?? [];
  if (charges.length > 0) await untilBooked(sql, charges);
}

/** A bot that is away hears of them later, as it would of Telegram's own. */
const BOOKED_WITHIN_MS = 10_000;
const LOOK_MS = 100;

async function untilBooked(sql: postgres.Sql, charges: readonly string[]): Promise<void> {
  const deadlineMs = Date.now() + BOOKED_WITHIN_MS;
  while (Date.now() < deadlineMs) {
    const [booked] = await sql<{ count: number }[]>`
      select count(*)::int as count from payments
      where provider = 'stars' and provider_payment_id in ${sql(charges)} and outcome is not null`;
    if ((booked?.count ?? 0) >= charges.length) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
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
    const body = { customerId: String(userId), offsetMs };
    const response = await tell(`${mock.baseUrl}/control/clock`, body);
    if (!response.ok) throw new Error(`the mock bank did not set its clock: ${response.status}`);
    await response.body?.cancel();
  };
}

/** Speaks to the door of the people of the Telegram sandbox; who is not played there renews nothing. */
export function telegramClockOf(apiRoot: string): NonNullable<TestClockParts['setTelegramClock']> {
  return async (userId, offsetMs) => {
    const body = { aheadSeconds: Math.floor(offsetMs / 1_000) };
    const response = await tell(`${apiRoot}/sandbox/people/${userId}/clock`, body);
    if (response.status === NOBODY) return [];
    if (!response.ok) throw new Error(`the chat did not set its clock: ${response.status}`);
    return ((await response.json()) as { readonly charges: readonly string[] }).charges;
  };
}

const NOBODY = 404;

function tell(url: string, body: object): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(5_000),
  });
}
