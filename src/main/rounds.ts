export interface Rounds {
  /** No round begins after this; one that runs is over when it resolves. */
  stop(): Promise<void>;
}

/** Does the work again and again, the first time after one pause. One that takes longer than that is not begun twice. */
export function inRounds(work: () => Promise<void>, everyMs: number): Rounds {
  let round: Promise<void> = Promise.resolve();
  let isIdle = true;
  const timer = setInterval(() => {
    if (!isIdle) return;
    isIdle = false;
    round = work().finally(() => {
      isIdle = true;
    });
  }, everyMs);
  return {
    stop: () => {
      clearInterval(timer);
      return round;
    },
  };
}
