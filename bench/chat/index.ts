import postgres from 'postgres';
import { describeMachine } from '../machine';
import { startServers } from '../servers';
import { auditRun, type Check, type Evidence } from './books';
import { startCrowd, type CrowdResult } from './crowd';
import { deliveriesSince, type Delivery } from './deliveries';
import { PRODUCT, watchHold, type Held, type HoldWatch, type Place } from './hold';
import type { ChatPlan } from './plan';
import type { Phase } from './record';
import { setStage } from './stage';

/** Everything a run of the crowd has shown. */
export interface ChatResults {
  readonly plan: ChatPlan;
  readonly date: string;
  readonly machine: string;
  readonly crowd: CrowdResult;
  readonly held: Held;
  readonly deliveries: readonly Delivery[];
  readonly checks: readonly Check[];
}

type Say = (line: string) => void;

/** What comes after the hold has to come to its end too. */
const ENDING_MS = 300_000;
/** The ramp has at most so many steps, with the second tries. */
const MOST_STEPS = 24;

/** Starts everything, lets the crowd in, looks on, checks the books, stops everything. */
export async function runChat(plan: ChatPlan, say: Say): Promise<ChatResults> {
  const servers = await startServers(say);
  try {
    const stage = await setStage(servers, plan);
    try {
      return await crowded({ servers, stage }, plan, say);
    } finally {
      await stage.close();
    }
  } finally {
    await servers.stop();
  }
}

async function crowded(place: Place, plan: ChatPlan, say: Say): Promise<ChatResults> {
  const { stage } = place;
  const sql = postgres(stage.databaseUrl, { max: 2, onnotice: () => undefined });
  let hold: HoldWatch | undefined;
  const onPhase = (phase: Phase): void => {
    say(`── ${phase}`);
    if (phase === 'hold') hold = watchHold(place, { plan, sql, crowdPid: crowd.pid });
    if (phase === 'drain') hold?.end();
  };
  const { telegramUrl, apiUrl, client } = stage;
  const order = { plan, telegramUrl, apiUrl, apiKey: client.apiKey };
  const crowd = startCrowd(order, { onPhase, say });
  try {
    const result = await withinReason(plan, crowd.result);
    const held = await hold?.held;
    if (held === undefined) throw new Error('nothing was held');
    say('checking the books');
    return {
      ...{ plan, crowd: result, held },
      date: new Date().toISOString().slice(0, 16).replace('T', ' '),
      machine: await describeMachine(sql),
      deliveries: await deliveriesSince(sql, held.since),
      checks: await auditRun(evidenceOf(place, sql), result),
    };
  } finally {
    crowd.close();
    await sql.end({ timeout: 5 });
  }
}

function evidenceOf({ servers, stage }: Place, sql: postgres.Sql): Evidence {
  const { temporal, mockUrl, client, processes } = stage;
  return {
    ...{ sql, temporal, mockUrl },
    clientId: client.clientId,
    logFiles: PRODUCT.flatMap((name) => servers.supervisor.find(name)?.logFile ?? []),
    deaths: processes.reduce((sum, { deathCount }) => sum + deathCount, 0),
  };
}

/** A crowd that never ends is a failure, and everything it leaned on is stopped. */
async function withinReason<T>(plan: ChatPlan, work: Promise<T>): Promise<T> {
  const longestMs = plan.arriveMs + MOST_STEPS * plan.ramp.stepMs + plan.holdMs + ENDING_MS;
  let alarm: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    alarm = setTimeout(() => reject(new Error('the crowd does not come to its end')), longestMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(alarm);
  }
}
