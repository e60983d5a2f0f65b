import type { Clock, HttpCommands } from './ports';

/** Tells the watch over a provider's notifications that one did not verify. */
export type VerificationWatch = (provider: string) => Promise<void>;

const PAUSE_MS = 60_000;

/** At most once a minute for each provider: a flood of forgeries must not become a flood of signals. */
export function createVerificationWatch({
  commands,
  clock,
}: {
  readonly commands: Pick<HttpCommands, 'reportUnverified'>;
  readonly clock: Clock;
}): VerificationWatch {
  const toldAtMs = new Map<string, number>();
  return async (provider) => {
    const now = clock.nowMs();
    const last = toldAtMs.get(provider);
    if (last !== undefined && now - last < PAUSE_MS) return;
    toldAtMs.set(provider, now);
    try {
      await commands.reportUnverified(provider);
    } catch (error) {
      // The next failure tries again at once.
      toldAtMs.delete(provider);
      throw error;
    }
  };
}
