import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChatEvent } from './chat';
import type { CrowdNews, CrowdOrder, CrowdResult } from './crowd';
import { arrive, firstPurchase, look, nextPurchase, type Errand } from './errands';
import { Leaving, Person, type World } from './person';
import type { ChatPlan } from './plan';
import { findRate, type Ramp } from './ramp';
import { ChatRecord, type Phase } from './record';
import { Spender } from './spender';
import { follow, Wire } from './wire';

// The crowd's own process: it plays everybody, and tells its parent what they saw.

const NEWS_EVERY_MS = 15_000;
const MADE_AT_ONCE = 20;
/** Once they have run into something, people try again from the beginning; whoever never gets in gives up. */
const TRIES = 3;

async function play(order: CrowdOrder): Promise<CrowdResult> {
  const { plan, telegramUrl } = order;
  const wire = new Wire();
  const record = new ChatRecord();
  const over = new AbortController();
  setMaxListeners(0, over.signal);
  const spender = new Spender({ ...order, wire, record });
  const people = await gather({ wire, telegramUrl, record, plan, over: over.signal }, plan.users);
  const stopListening = listen(people, telegramUrl);
  const reporting = report(record, people);
  const lives = people.map((person, index) =>
    live(person, { afterMs: (plan.arriveMs * ARRIVING_SHARE * index) / plan.users, spender }),
  );
  await sleep(plan.arriveMs);
  const ramp = await hold(plan, record, spender);
  over.abort();
  await Promise.all(lives);
  clearInterval(reporting);
  stopListening();
  wire.close();
  return resultOf({ record, people, spender, ramp });
}

/** The last to arrive has some of the time left to buy something before it is measured. */
const ARRIVING_SHARE = 0.6;

/** Finds the rate at which programs can spend beside the chats, and measures while it is held. */
async function hold(plan: ChatPlan, record: ChatRecord, spender: Spender): Promise<Ramp> {
  enter(record, 'ramp');
  const ramp = await findRate(plan.ramp, async (perSecond, ms) => {
    const stretch = await spender.run(perSecond, ms);
    say(`${perSecond} calls a second: p95 ${stretch.latency.p95Ms.toFixed(0)} ms`);
    return stretch;
  });
  enter(record, 'hold');
  say(`holding ${ramp.held} calls a second`);
  await spender.run(ramp.held, plan.holdMs);
  enter(record, 'drain');
  return ramp;
}

function enter(record: ChatRecord, phase: Phase): void {
  record.enter(phase);
  tell({ kind: 'phase', phase });
}

async function gather(world: World, count: number): Promise<readonly Person[]> {
  const people: Person[] = [];
  const make = async (): Promise<void> => {
    while (people.length < count) {
      const index = people.length;
      const person = new Person(FIRST_PERSON + index, world);
      people.push(person);
      await world.wire.post(`${world.telegramUrl}/sandbox/people`, {
        ...{ id: person.id, firstName: `Person ${index}`, languageCode: 'en' },
        starBalance: 1_000_000,
      });
    }
  };
  await Promise.all(Array.from({ length: MADE_AT_ONCE }, make));
  return people;
}

const FIRST_PERSON = 6_000_000_001;

function listen(people: readonly Person[], telegramUrl: string): () => void {
  const byId = new Map(people.map((person) => [person.id, person]));
  return follow(`${telegramUrl}/sandbox/events?types=message,edited,answer`, {
    onEvent: (told) => {
      const event = told as ChatEvent;
      const id = event.type === 'answer' ? event.personId : event.message.chatId;
      byId.get(id)?.chat.take(event);
    },
    onEnd: (error) => fail(error),
  });
}

interface Life {
  readonly afterMs: number;
  readonly spender: Spender;
}

/** Arrives, buys, and then looks and buys until it is over. */
async function live(person: Person, { afterMs, spender }: Life): Promise<void> {
  await sleep(afterMs);
  if (!(await insist(person, arrive))) return;
  if (!(await insist(person, firstPurchase()))) return;
  spender.serve(person.id);
  const { over, plan } = person.world;
  while (!over.aborted) {
    await attempt(person, async () => {
      await person.think();
      await (Math.random() < plan.buyingShare ? nextPurchase() : look)(person);
    });
  }
}

async function insist(person: Person, errand: Errand): Promise<boolean> {
  for (let tries = 0; tries < TRIES && !person.world.over.aborted; tries += 1) {
    if (await attempt(person, errand)) return true;
  }
  return false;
}

async function attempt(person: Person, errand: Errand): Promise<boolean> {
  try {
    await errand(person);
    return true;
  } catch (error) {
    if (!(error instanceof Leaving)) person.world.record.failed(`${person.id}: ${String(error)}`);
    return false;
  }
}

function report(record: ChatRecord, people: readonly Person[]): NodeJS.Timeout {
  const startedAt = performance.now();
  return setInterval(() => {
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    const counted = (['tap', 'card', 'stars', 'spend'] as const)
      .map((deed) => `${record.countOf(deed)} ${deed}`)
      .join(', ');
    say(
      `${seconds} s: ${arrivedOf(people)} people, ${counted}, ${record.failures.length} failures`,
    );
  }, NEWS_EVERY_MS);
}

function arrivedOf(people: readonly Person[]): number {
  return people.filter(({ chat }) => chat.changes > 0).length;
}

function resultOf(seen: {
  record: ChatRecord;
  people: readonly Person[];
  spender: Spender;
  ramp: Ramp;
}): CrowdResult {
  const { record, people, spender, ramp } = seen;
  const receipts = people.flatMap(({ chat }) => chat.receipts.map(({ data }) => data));
  return {
    ramp,
    latencies: record.latencies(),
    arrived: arrivedOf(people),
    paid: { card: record.countOf('card'), stars: record.countOf('stars') },
    receipts: receipts.length,
    doubledReceipts: receipts.length - new Set(receipts).size,
    spent: [...spender.spent],
    failures: record.failures,
  };
}

function say(line: string): void {
  tell({ kind: 'line', line });
}

function tell(news: CrowdNews): void {
  process.send?.(news);
}

function fail(error: unknown): void {
  tell({ kind: 'failed', reason: error instanceof Error ? (error.stack ?? '') : String(error) });
}

process.on('message', (order: CrowdOrder) => {
  play(order).then((result) => tell({ kind: 'result', result }), fail);
});
// A crowd without its bench would go on for ever.
process.on('disconnect', () => process.exit(0));
