import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { ChatPlan } from './plan';
import type { Ramp } from './ramp';
import type { Failure, Latencies, Phase } from './record';

/** Where the crowd finds what it talks to. */
export interface CrowdOrder {
  readonly plan: ChatPlan;
  readonly telegramUrl: string;
  /** With the version: `http://…/api/v1`. */
  readonly apiUrl: string;
  readonly apiKey: string;
}

/** What everybody together did and saw. */
export interface CrowdResult {
  readonly ramp: Ramp;
  readonly latencies: Latencies;
  readonly arrived: number;
  /** Payments that were made and whose receipt came. */
  readonly paid: { readonly card: number; readonly stars: number };
  readonly receipts: number;
  readonly doubledReceipts: number;
  /** Spends that were answered well, by person. */
  readonly spent: readonly (readonly [personId: number, spends: number])[];
  readonly failures: readonly Failure[];
}

export type CrowdNews =
  | { readonly kind: 'line'; readonly line: string }
  | { readonly kind: 'phase'; readonly phase: Phase }
  | { readonly kind: 'result'; readonly result: CrowdResult }
  | { readonly kind: 'failed'; readonly reason: string };

export interface Crowd {
  readonly pid: number | undefined;
  /** Resolves when everybody has left. */
  readonly result: Promise<CrowdResult>;
  close(): void;
}

/** Lets the crowd in, in a process of its own, so that its work is done on nobody else's loop. */
export function startCrowd(
  order: CrowdOrder,
  { onPhase, say }: { onPhase: (phase: Phase) => void; say: (line: string) => void },
): Crowd {
  const child = fork(join(__dirname, 'crowd-process.js'), {
    stdio: 'inherit',
    serialization: 'advanced',
  });
  const result = new Promise<CrowdResult>((resolve, reject) => {
    child.on('message', (news: CrowdNews) => {
      if (news.kind === 'line') say(news.line);
      else if (news.kind === 'phase') onPhase(news.phase);
      else if (news.kind === 'result') resolve(news.result);
      else reject(new Error(news.reason));
    });
    child.once('exit', (code) => reject(new Error(`the crowd ended with ${String(code)}`)));
  });
  // Asked for before anything awaits it, so that a failure is the run's and not the process's.
  result.catch(() => undefined);
  child.send(order);
  return {
    pid: child.pid,
    result,
    close: () => {
      if (child.connected) child.disconnect();
    },
  };
}
