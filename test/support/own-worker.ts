import type { RunningWorker } from './stack';

/** The worker that a stack has for all its tests: who stops it starts it again, for the next test or a second try. */
export interface OwnWorker extends RunningWorker {
  start(): Promise<void>;
}

export async function ownWorker(
  begin: () => Promise<RunningWorker>,
  isWanted: boolean,
): Promise<OwnWorker> {
  let worker = isWanted ? await begin() : undefined;
  return {
    stop: async () => worker?.stop(),
    start: async () => {
      worker = await begin();
    },
  };
}
