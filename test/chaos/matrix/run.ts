import { actOn, FLOWS, type Act } from './flows';
import type { Ground } from './ground';
import type { Route } from './plan';
import { codeOf, Subject } from './subject';

/** A blow that has struck a run, and where it stood when the victim died. */
export interface Strike {
  readonly code: string;
  /** How long it had been held. */
  readonly heldMs: number;
  /** The last event of the history it was about; unknown where a call does not say whose history it writes. */
  readonly event: number | undefined;
  readonly atMs: number;
}

/** One run of a flow. */
export interface Run {
  readonly route: Route;
  readonly subject: Subject;
  readonly strikes: Strike[];
  /** Blows that fell while it ran, whomever they were meant for. */
  blows: number;
  act: Act | undefined;
  error: Error | undefined;
  isOver: boolean;
}

export function runOf(route: Route): Run {
  const hasPrelude = 'hasPrelude' in FLOWS[route.flow];
  const subject = new Subject(route.moments.map(codeOf), { hasPrelude });
  return {
    ...{ route, subject, strikes: [], blows: 0 },
    ...{ act: undefined, error: undefined, isOver: false },
  };
}

/** Lets the run happen; resolves when its people have done all they do, or have failed to. */
export async function perform(ground: Ground, run: Run): Promise<Act> {
  run.subject.setOut();
  const act = actOn(ground, run.subject);
  run.act = act;
  try {
    await FLOWS[run.route.flow].run(act);
  } catch (error) {
    run.error = error instanceof Error ? error : new Error('thrown', { cause: error });
  }
  run.isOver = true;
  return act;
}
