export type Report = (line: string) => void;

export interface Step {
  readonly label: string;
  readonly report: Report;
  /** What has been done so far, in words, asked at every tick. */
  readonly detail?: () => string;
}

const SILENT_MS = 2_000;
const TICK_MS = 5_000;

/** Runs `work`; whatever takes longer than two seconds says so, and goes on saying so until it is done. */
export async function withProgress<T>(step: Step, work: () => Promise<T>): Promise<T> {
  const startedAt = Date.now();
  let spoke = false;
  const say = () => {
    spoke = true;
    step.report(`${step.label} … ${elapsed(startedAt)}${detailOf(step)}`);
  };
  const first = setTimeout(say, SILENT_MS);
  const ticks = setInterval(say, TICK_MS);
  try {
    const result = await work();
    if (spoke) step.report(`${step.label}: done in ${elapsed(startedAt)}`);
    return result;
  } finally {
    clearTimeout(first);
    clearInterval(ticks);
  }
}

export function elapsed(since: number): string {
  const seconds = Math.round((Date.now() - since) / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function detailOf(step: Step): string {
  const detail = step.detail?.() ?? '';
  return detail === '' ? '' : `, ${detail}`;
}
