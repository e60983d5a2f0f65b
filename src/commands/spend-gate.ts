import {
  FULL_BATCH,
  type SpendAnswer,
  type SpendRequest,
} from '../../workflows/billing/token-spend/contract';

/** Starts the workflow of a batch and gives its answers, in the order of the requests. */
export type SendBatch = (spends: readonly SpendRequest[]) => Promise<readonly SpendAnswer[]>;

export interface SpendGate {
  /** Answers when the money has moved or was refused; equal keys that are under way share one answer. */
  spend(request: SpendRequest): Promise<SpendAnswer>;
  /** Resolves when nothing waits and nothing is under way. */
  drained(): Promise<void>;
  readonly waiting: number;
  readonly inFlight: number;
}

interface Caller {
  readonly request: SpendRequest;
  answer(answer: SpendAnswer): void;
  fail(error: unknown): void;
}

/**
 * Group commit: a spend that comes alone leaves at once; while a batch is under way arriving spends wait, and leave
 * together in the next. A second batch leaves beside the first only when it is full.
 */
export function createSpendGate(send: SendBatch, fullBatch: number = FULL_BATCH): SpendGate {
  const waiting: Caller[] = [];
  const underWay = new Map<string, Promise<SpendAnswer>>();
  let inFlight = 0;

  const mayLeave = (): boolean =>
    waiting.length > 0 && (inFlight === 0 || (inFlight === 1 && waiting.length >= fullBatch));

  const leave = (): void => {
    while (mayLeave()) {
      inFlight += 1;
      void carry(send, waiting.splice(0, fullBatch)).finally(() => {
        inFlight -= 1;
        leave();
      });
    }
  };

  const join = (request: SpendRequest): Promise<SpendAnswer> => {
    const answered = new Promise<SpendAnswer>((answer, fail) => {
      waiting.push({ request, answer, fail });
    });
    underWay.set(request.key, answered);
    const forget = () => underWay.delete(request.key);
    answered.then(forget, forget);
    leave();
    return answered;
  };

  return {
    spend: (request) => underWay.get(request.key) ?? join(request),
    drained: async () => {
      while (underWay.size > 0) await Promise.allSettled(underWay.values());
    },
    get waiting() {
      return waiting.length;
    },
    get inFlight() {
      return inFlight;
    },
  };
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
