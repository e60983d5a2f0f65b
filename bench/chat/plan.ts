/** How many people do what for how long. Durations in milliseconds. */
export interface ChatPlan {
  readonly users: number;
  /** Over this long the people come one after another and buy for the first time. */
  readonly arriveMs: number;
  /** Between two taps of a person on average; the pauses are exponential. */
  readonly thinkMs: number;
  /** The share (0 to 1) of errands that are purchases; the others only look. */
  readonly buyingShare: number;
  readonly ramp: RampPlan;
  readonly holdMs: number;
  /** Workflows that the worker keeps in memory. */
  readonly maxCachedWorkflows: number;
  /** Between two samples of memory, and between two probes of each floor. */
  readonly sampleMs: number;
  readonly probeMs: number;
  /** False where it is over too soon for its times and sizes to mean anything. */
  readonly isMeasured: boolean;
}

/** Calls of the API a second, step by step, until one step is too slow. */
export interface RampPlan {
  readonly firstPerSecond: number;
  readonly factor: number;
  readonly mostPerSecond: number;
  readonly stepMs: number;
}

/** A step is too slow when its p95 is above this. */
export const API_P95_MS = 200;
/** The share of the fastest good step that is held: what is left carries the moments that are busier than others. */
export const HELD_SHARE = 0.7;
/** A tap, a command or a payment that shows nothing for so long has gone unanswered. */
export const ANSWER_WITHIN_MS = 15_000;
export const RECEIPT_WITHIN_MS = 60_000;

/** A thousand people for ten minutes. */
export const CROWD: ChatPlan = {
  users: 1_000,
  arriveMs: 800_000,
  // A purchase alone costs nearly half a second of a core: the product, both servers and the crowd share two of them.
  thinkMs: 100_000,
  buyingShare: 0.15,
  ramp: { firstPerSecond: 10, factor: 1.5, mostPerSecond: 600, stepMs: 12_000 },
  holdMs: 600_000,
  maxCachedWorkflows: 300,
  sampleMs: 5_000,
  probeMs: 1_000,
  isMeasured: true,
};

export const GATHERING: ChatPlan = {
  ...CROWD,
  users: 200,
  arriveMs: 120_000,
  thinkMs: 20_000,
  ramp: { ...CROWD.ramp, stepMs: 8_000 },
  holdMs: 120_000,
  maxCachedWorkflows: 60,
  sampleMs: 2_000,
};

/** Proves that everybody is served and everything adds up; its numbers say nothing. */
export const HANDFUL: ChatPlan = {
  ...CROWD,
  users: 10,
  arriveMs: 20_000,
  thinkMs: 2_000,
  buyingShare: 0.5,
  ramp: { firstPerSecond: 4, factor: 2, mostPerSecond: 8, stepMs: 2_000 },
  holdMs: 15_000,
  maxCachedWorkflows: 20,
  sampleMs: 500,
  probeMs: 500,
  isMeasured: false,
};

/** A plan for other numbers: so many people, minutes of the hold, and seconds between two taps. */
export function crowdOf(
  plan: ChatPlan,
  { users, minutes, think }: { users?: string; minutes?: string; think?: string },
): ChatPlan {
  const wished = Number(users ?? plan.users);
  const thinkMs = think === undefined ? plan.thinkMs : Number(think) * 1_000;
  const arriveMs = Math.round((plan.arriveMs * wished) / plan.users);
  return {
    ...plan,
    ...{ users: wished, thinkMs },
    // Shorter than a first purchase takes, nobody would have tokens when they are to be spent.
    arriveMs: Math.max(arriveMs, 8 * thinkMs),
    holdMs: minutes === undefined ? plan.holdMs : Number(minutes) * 60_000,
    maxCachedWorkflows: Math.max(20, Math.round((plan.maxCachedWorkflows * wished) / plan.users)),
  };
}
