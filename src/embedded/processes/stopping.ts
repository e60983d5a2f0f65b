export interface Stopping {
  /** The clean way; runs once. The process ends when it is through. */
  readonly stop: () => Promise<void>;
  /** The second Ctrl-C: no more patience. */
  readonly kill: () => void;
}

/** A terminal sends Ctrl-C to the whole group and npm passes it on: within this time two signals are one wish. */
const ONE_WISH_MS = 500;

/** Stops cleanly at the first Ctrl-C or SIGTERM, and at once at the second. */
export function stopOnSignals(stopping: Stopping): void {
  let askedAt: number | undefined;
  const ask = () => {
    const now = Date.now();
    if (askedAt === undefined) {
      askedAt = now;
      // A handler of the signal replaces its usual end, so the end is ours to make: kept sockets would prevent it.
      void stopping.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
    } else if (now - askedAt > ONE_WISH_MS) {
      stopping.kill();
      process.exit(130);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
}
