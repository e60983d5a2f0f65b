/** The other side did not answer in time; its work may still happen. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError';
}

/** Rejects when `work` takes longer than `limitMs`. */
export async function within<T>(limitMs: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TimeLimitError(`no answer within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work(), limit]);
  } finally {
    clearTimeout(timer);
  }
}
