import {
  FULL_BATCH,
  type SpendAnswer,
  type SpendRequest,
} from '../../workflows/billing/token-spend/contract';

export type { SpendAnswer, SpendRequest };

/** Starts the workflow of a batch and gives its answers, in the order of the requests. */
export type SendBatch = (spends: readonly SpendRequest[]) => Promise<readonly SpendAnswer[]>;

export interface SpendGate {
  /**
   * Answers when the money has moved or was refused. Equal requests of one key that are under way share one answer;
   * another request under such a key is a mismatch at once. Rejects when the outcome is unknown.
   */
  spend(request: SpendRequest): Promise<SpendAnswer>;
  /** The same for many, which leave together as far as they fit. */
  spendAll(requests: readonly SpendRequest[]): readonly Promise<SpendAnswer>[];
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
  answer(answer: SpendAnswer): void;
  fail(error: unknown): void;
}

interface UnderWay {
  readonly request: SpendRequest;
  readonly answer: Promise<SpendAnswer>;
}

/**
 * Group commit: a spend that comes alone leaves at once; while a batch is under way arriving spends wait, and leave
 * together in the next. A second batch leaves beside the first only when it is full.
 */
export function createSpendGate(send: SendBatch, fullBatch: number = FULL_BATCH): SpendGate {
  let waiting: Caller[] = [];
  const underWay = new Map<string, UnderWay>();
  let inFlight = 0;

  const mayLeave = (): boolean =>
    waiting.length > 0 && (inFlight === 0 || (inFlight === 1 && waiting.length >= fullBatch));

  const leave = (): void => {
    while (mayLeave()) {
      inFlight += 1;
      const size = fitting(waiting, fullBatch);
      const leaving = waiting.slice(0, size);
      waiting = waiting.slice(size);
      void carry(send, leaving).finally(() => {
        inFlight -= 1;
        leave();
      });
    }
  };

  const join = (request: SpendRequest): Promise<SpendAnswer> => {
    const earlier = underWay.get(request.key);
    if (earlier) return answerJoined(request, earlier);
    if (waiting.length >= MOST_WAITING) return Promise.reject(new Error('too many spends wait'));
    const answer = new Promise<SpendAnswer>((answerIt, fail) => {
      waiting.push({ request, bytes: bytesOf(request), answer: answerIt, fail });
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
    drained: async () => {
      while (underWay.size > 0) {
        await Promise.allSettled([...underWay.values()].map(({ answer }) => answer));
      }
    },
    get waiting() {
      return waiting.length;
    },
    get inFlight() {
      return inFlight;
    },
  };
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
    const answers = await send(callers.map(({ request }) => request));
    callers.forEach((caller, index) => {
      const answer = answers[index];
      if (answer) caller.answer(answer);
      else caller.fail(new Error(`spend ${caller.request.key} got no answer`));
    });
  } catch (error) {
    for (const caller of callers) caller.fail(error);
  }
}
