interface Caller<Q, A> {
  readonly question: Q;
  answer(answer: A): void;
  fail(error: unknown): void;
}

/** Carries several questions at once; answers come in their order. */
export type Carry<Q, A> = (questions: readonly Q[]) => Promise<readonly A[]>;

/**
 * Group commit: a question that comes alone is carried at once, with whatever else comes in the same turn; while some are
 * under way those that arrive wait, and are carried together, up to so many. A carrier that fails fails all it carried.
 */
export function gathering<Q, A>(carry: Carry<Q, A>, most: number): (question: Q) => Promise<A> {
  const waiting: Caller<Q, A>[] = [];
  let isUnderWay = false;

  const leave = (): void => {
    if (isUnderWay || waiting.length === 0) return;
    isUnderWay = true;
    setImmediate(() => {
      void carryAll(carry, waiting.splice(0, most)).finally(() => {
        isUnderWay = false;
        leave();
      });
    });
  };

  return (question) =>
    new Promise<A>((answer, fail) => {
      waiting.push({ question, answer, fail });
      leave();
    });
}

async function carryAll<Q, A>(carry: Carry<Q, A>, callers: readonly Caller<Q, A>[]): Promise<void> {
  try {
    const answers = await carry(callers.map(({ question }) => question));
    if (answers.length !== callers.length) throw new Error('everybody asked is answered');
    callers.forEach((caller, index) => caller.answer(answers[index] as A));
  } catch (error) {
    for (const caller of callers) caller.fail(error);
  }
}
