import type { Check } from './books';
import type { ChatResults } from '.';
import type { CrowdResult } from './crowd';
import { PRODUCT } from './hold';
import { API_P95_MS, HELD_SHARE } from './plan';
import type { Ramp } from './ramp';
import type { Deed, Latency } from './record';
import type { Stretch } from './spender';
import type { Watched } from './watch';

/** The run as Markdown: what was asked, how long it took beside the floors, memory, and what has to be true. */
export function chatReport(results: ChatResults): string {
  const { plan, held } = results;
  return [
    headOf(results),
    table(TIMES_HEAD, [...deedRows(results), ...deliveryRows(results), ...floorRows(results)]),
    `${(held.messages / held.seconds).toFixed(1)} messages a second left the outbox, of 25 that Telegram allows; ` +
      `${Math.round(held.busy * 100)} % of all cores were in use (load average ${held.load.toFixed(1)}). ` +
      `${plan.users} people with ${plan.thinkMs / 1000} s between two taps press ${tapsText(results)} times a second.`,
    table(PROCESS_HEAD, held.processes.map(processRow)),
    table(
      ['Has to be true', 'Found', 'True'],
      checksOf(results).map(({ what, detail, isGood }) => [
        what,
        detail.replaceAll('|', '¦'),
        isGood ? 'yes' : '**no**',
      ]),
    ),
  ].join('\n\n');
}

/** False when something that has to be true is not. */
export function isSound(results: ChatResults): boolean {
  return checksOf(results).every(({ isGood }) => isGood);
}

/** What the books and logs say, and where times and sizes mean something, what was measured. */
function checksOf({ plan, checks, crowd, held }: ChatResults): readonly Check[] {
  const product = held.processes.filter(({ name }) => PRODUCT.includes(name));
  return plan.isMeasured ? [...checks, promptness(crowd), ...product.map(flatness)] : checks;
}

function promptness({ latencies, ramp: { sustainable, held } }: CrowdResult): Check {
  const { p95Ms } = latencies.spend;
  return {
    what: `the API’s p95 is under ${API_P95_MS} ms at the rate that is held`,
    isGood: sustainable !== undefined && p95Ms < API_P95_MS,
    detail: `${ms(p95Ms)} ms at ${held} calls a second`,
  };
}

/** A leak of one megabyte a minute is one of a gigabyte and a half a day. */
const MOST_GROWTH = 0.1;

function flatness({ name, growth }: Watched): Check {
  return {
    what: `memory of ${name} is flat: its line rises by at most ${MOST_GROWTH * 100} %`,
    isGood: growth <= MOST_GROWTH,
    detail: `${(growth * 100).toFixed(1)} %`,
  };
}

function headOf({ plan, date, machine, crowd, held }: ChatResults): string {
  const { card, stars, spend } = crowd.latencies;
  const minutes = (held.seconds / 60).toFixed(1);
  return (
    `Measured on ${date}: ${machine}. ${crowd.arrived} of ${plan.users} people for ${minutes} minutes: ` +
    `${card.count} purchases by card and ${stars.count} by Stars, ${spend.count} spends. ${rampText(crowd.ramp)}`
  );
}

function rampText({ steps, sustainable, held }: Ramp): string {
  const step = ({ perSecond, latency }: Stretch) => `${perSecond}/s: p95 ${ms(latency.p95Ms)} ms`;
  const share = `${HELD_SHARE * 100} %`;
  const found =
    sustainable === undefined
      ? `not even the first rate was sustainable; ${share} of it were held: ${held}`
      : `${sustainable} calls a second were sustainable; ${share} of them were held: ${held}`;
  return `The API was asked faster and faster (${steps.map(step).join(', ')}); ${found}.`;
}

const TIMES_HEAD = ['', 'count', 'per second', 'p50 ms', 'p95 ms', 'p99 ms', 'longest ms'];

const WORDS: Readonly<Record<Deed, string>> = {
  tap: 'button pressed → answered and shown',
  command: 'command → answered',
  card: 'paid on the bank’s page → receipt in the chat',
  stars: 'paid by Stars → receipt in the chat',
  spend: 'API: spend',
  read: 'API: balance',
};

function deedRows({ crowd, held }: ChatResults): string[][] {
  return Object.entries(WORDS).map(([deed, words]) =>
    timesRow(words, crowd.latencies[deed as Deed], held.seconds),
  );
}

function deliveryRows({ deliveries }: ChatResults): string[][] {
  return deliveries.map(({ what, p50Ms, p95Ms, p99Ms }) => [
    `of a payment by card: ${what}`,
    ...['', '', ms(p50Ms), ms(p95Ms), ms(p99Ms), ''],
  ]);
}

function floorRows({ held: { floors, seconds } }: ChatResults): string[][] {
  return [
    timesRow('floor: empty workflow, eager start', floors.emptyWorkflow, seconds),
    timesRow('floor: SQL transaction of one spend', floors.transaction, seconds),
    timesRow('floor: one call of the sandbox', floors.sandbox, seconds),
  ];
}

function timesRow(words: string, latency: Latency, seconds: number): string[] {
  const { count, p50Ms, p95Ms, p99Ms, longestMs } = latency;
  const times = [p50Ms, p95Ms, p99Ms, longestMs].map(ms);
  return [words, count.toLocaleString('en'), (count / seconds).toFixed(1), ...times];
}

function tapsText({ crowd, held }: ChatResults): string {
  const { tap, command } = crowd.latencies;
  return ((tap.count + command.count) / held.seconds).toFixed(1);
}

const PROCESS_HEAD = [
  'Process',
  'MB at the beginning',
  'half-way',
  'at the end',
  'MB a minute',
  'cores used',
];

function processRow({
  name,
  beginMb,
  middleMb,
  endMb,
  slopeMbPerMinute,
  cores,
}: Watched): string[] {
  const isProduct = PRODUCT.includes(name);
  return [
    isProduct ? name : `_${name}_`,
    beginMb.toFixed(0),
    middleMb.toFixed(0),
    endMb.toFixed(0),
    slopeMbPerMinute.toFixed(2),
    cores.toFixed(2),
  ];
}

function ms(value: number): string {
  if (Number.isNaN(value)) return '–';
  return value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
