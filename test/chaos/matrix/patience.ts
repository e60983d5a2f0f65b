/** Longer than anything that is struck stays away, however slow the machine. */
const PATIENCE_MS = Number(process.env['TEST_PATIENCE_MS'] ?? 90_000);
const PAUSE_MS = 200;

/** Tries again for as long as whoever is asked may be dead; for what may be asked twice. */
export async function insist<T>(work: () => Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await pause(PAUSE_MS);
    }
  }
}

/** The same object, each method of which is asked again while it fails. */
export function patient<T extends object>(object: T): T {
  return new Proxy(object, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      const call = member as (...given: unknown[]) => unknown;
      return (...given: unknown[]) => insist(async () => call.apply(target, given));
    },
  });
}

export async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
