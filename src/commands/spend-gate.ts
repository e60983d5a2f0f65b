import {
  FULL_BATCH,
  type SpendAnswer,
  type SpendRequest,
} from '../../workflows/billing/token-spend/contract';
import { onBehalf, standpoint } from '../tracing/spans';

export type { SpendAnswer, SpendRequest };

/** Starts the workflow of a batch and gives its answers, in the order of the requests, when it has ended. */
export type SendBatch = (spends: readonly SpendRequest[]) => Promise<readonly SpendAnswer[]>;

export interface SpendGate {
  /**
   * Answers when the money has moved or was refused. Equal requests of one key that are under way share one answer;
   * another request under such a key is a mismatch at once. Rejects when the outcome is unknown.
   */
  spend(request: SpendRequest): Promise<SpendAnswer>;
  /** The same for many, which leave together as far as they fit. */
  spendAll(requests: readonly SpendRequest[]): readonly Promise<SpendAnswer>[];
  /**
   * Answers those whose tokens have moved before their workflow has ended: the charge stays whatever becomes of it, and
   * a repeat finds it. A refusal is no such fact until its workflow has ended: another try might charge.
   */
  readonly settled: (requests: readonly SpendRequest[], answers: readonly SpendAnswer[]) => void;
  /** Resolves when nothing waits and nothing is under way. */
  drained(): Promise<void>;
  readonly waiting: number;
  readonly inFlight: number;
}

/** More callers than this wait in vain: they are told at once to come again. */
export const MOST_WAITING = 20_000;

/** A batch is one payload of a workflow, of which Temporal takes two megabytes. */
export const MOST_BATCH_BYTES = 1_000_000;

interface Caller {
  readonly request: SpendRequest;
  readonly bytes: number;
  /** Where in a trace it was asked for. */
  readonly asked: ReturnType<typeof standpoint>;
  answer(answer: SpendAnswer): void;
  fail(error: unknown): void;
}

interface UnderWay {
  readonly request: SpendRequest;
  readonly answer: Promise<SpendAnswer>;
}

/** Callers whose workflow has not ended. */
interface Flight {
  readonly callers: readonly Caller[];
  /** Resolves when the workflow has ended or failed. */
  readonly ended: Promise<void>;
  /** It was a single spend and its tokens have moved: only Temporal's part is left, for which nobody waits. */
  isLanded: boolean;
}

/** More at once only wait for the same cores. */
const MOST_FLIGHTS = 2;

/**
 * Group commit: a spend that comes alone leaves at once; while a batch is under way arriving spends wait, and leave
 * together in the next. A second batch leaves beside the first only when it is full, or when the first was a single
 * spend whose tokens have moved. The callers of a larger one are answered together and come again together: until their
 * workflow has ended they gather for the next.
 */
export function createSpendGate(send: SendBatch, fullBatch: number = FULL_BATCH): SpendGate {
  let waiting: Caller[] = [];
  const underWay = new Map<string, UnderWay>();
  const flights = new Set<Flight>();

  const leave = (): void => {
    while (mayLeave(flights, waiting.length, fullBatch)) {
      const size = fitting(waiting, fullBatch);
      const callers = waiting.slice(0, size);
      waiting = waiting.slice(size);
      const flight: Flight = { callers, ended: carry(send, callers), isLanded: false };
      flights.add(flight);
      void flight.ended.finally(() => {
        flights.delete(flight);
        leave();
      });
    }
  };

  const join = (request: SpendRequest): Promise<SpendAnswer> => {
    const earlier = underWay.get(request.key);
    if (earlier) return answerJoined(request, earlier);
    if (waiting.length >= MOST_WAITING) return Promise.reject(new Error('too many spends wait'));
    const answer = new Promise<SpendAnswer>((answerIt, fail) => {
      waiting.push({ ...arrivalOf(request), answer: answerIt, fail });
    });
    underWay.set(request.key, { request, answer });
    const forget = () => underWay.delete(request.key);
    answer.then(forget, forget);
    return answer;
  };

  const spendAll = (requests: readonly SpendRequest[]) => {
    const answers = requests.map(join);
    leave();
    return answers;
  };

  return {
    spend: (request) => {
      const answer = join(request);
      leave();
      return answer;
    },
    spendAll,
    settled: (requests, answers) => {
      const charged = chargesOf(requests, answers);
      for (const flight of flights) land(flight, charged);
      leave();
    },
    drained: async () => {
      while (underWay.size > 0 || flights.size > 0) {
        const answers = [...underWay.values()].map(({ answer }) => answer);
        await Promise.allSettled([...answers, ...[...flights].map(({ ended }) => ended)]);
      }
    },
    get waiting() {
      return waiting.length;
    },
    get inFlight() {
      return flights.size;
    },
  };
}

function mayLeave(flights: ReadonlySet<Flight>, waiting: number, fullBatch: number): boolean {
  if (waiting === 0 || flights.size >= MOST_FLIGHTS) return false;
  const isFree = [...flights].every(({ isLanded }) => isLanded);
  return isFree || waiting >= fullBatch;
}

interface Charge {
  readonly request: SpendRequest;
  readonly answer: SpendAnswer;
}

/** What was charged, by its key. */
function chargesOf(
  requests: readonly SpendRequest[],
  answers: readonly SpendAnswer[],
): ReadonlyMap<string, Charge> {
  return new Map(
    requests.flatMap((request, index): [string, Charge][] => {
      const answer = answers[index];
      return answer?.kind === 'charged' ? [[request.key, { request, answer }]] : [];
    }),
  );
}

/** A key may have been given to another request since; only the same one hears what became of it. */
function land(flight: Flight, charges: ReadonlyMap<string, Charge>): void {
  for (const caller of flight.callers) {
    const charge = charges.get(caller.request.key);
    if (!charge || !isSame(caller.request, charge.request)) continue;
    caller.answer(charge.answer);
    flight.isLanded = flight.callers.length === 1;
  }
}

/** How many of those who wait leave together: at least one, and no more than a payload holds. */
function fitting(waiting: readonly Caller[], fullBatch: number): number {
  const first = waiting.slice(0, fullBatch);
  let bytes = 0;
  const tooMany = first.findIndex((caller, index) => {
    bytes += caller.bytes;
    return index > 0 && bytes > MOST_BATCH_BYTES;
  });
  return tooMany === -1 ? first.length : tooMany;
}

function arrivalOf(request: SpendRequest): Pick<Caller, 'request' | 'bytes' | 'asked'> {
  return { request, bytes: bytesOf(request), asked: standpoint() };
}

/** Whatever is not the caller's own text is small. */
const ENVELOPE_BYTES = 1_000;

function bytesOf({ description, metadata }: SpendRequest): number {
  const own = metadata === undefined ? description : description + JSON.stringify(metadata);
  return ENVELOPE_BYTES + Buffer.byteLength(own);
}

/** Who comes second hears what the first hears, as a repeat: nothing moved for them. */
async function answerJoined(request: SpendRequest, earlier: UnderWay): Promise<SpendAnswer> {
  if (!isSame(request, earlier.request)) return { kind: 'mismatch', key: request.key };
  const answer = await earlier.answer;
  return answer.kind === 'charged' ? { ...answer, isReplay: true } : answer;
}

function isSame({ name: one }: SpendRequest, { name: other }: SpendRequest): boolean {
  return (
    one?.method === other?.method && one?.path === other?.path && one?.bodyHash === other?.bodyHash
  );
}

async function carry(send: SendBatch, callers: readonly Caller[]): Promise<void> {
  try {
    const requests = callers.map(({ request }) => request);
    const facts = { 'billing.batch_size': callers.length };
    const askers = callers.map(({ asked }) => asked);
    const answers = await onBehalf({ name: 'spend batch', facts, askers }, () => send(requests));
    callers.forEach((caller, index) => {
      const answer = answers[index];
      if (answer) caller.answer(answer);
      else caller.fail(new Error(`spend ${caller.request.key} got no answer`));
    });
  } catch (error) {
    for (const caller of callers) caller.fail(error);
  }
}
