/** A busy machine is waited for; what never comes costs this once. The chaos matrix has more, as it strikes on the way. */
const PATIENCE_MS = Number(process.env['TEST_PATIENCE_MS'] ?? 40_000);
const SHORTEST_PAUSE_MS = 5;
/** Who looks for hours at many things together looks less often. */
const LONGEST_PAUSE_MS = Number(process.env['TEST_PAUSE_MS'] ?? 50);

/** Polls until the probe gives something, and fails with its name after a while. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false>,
  timeoutMs = PATIENCE_MS,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (let pauseMs = SHORTEST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
