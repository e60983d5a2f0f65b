import { randomUUID } from 'node:crypto';
import { FIRST_USER } from '../seed';
import { sampleOf, type Sample } from '../statistics';
import type { Ledger } from './ledger';

/** The transaction of one spend without HTTP: so many loops beside each other in this process. */
export async function loadLedger(
  ledger: Ledger,
  users: number,
  load: { concurrency: number; warmUpMs: number; measureMs: number },
): Promise<Sample> {
  const latenciesMs: number[] = [];
  const startsAt = performance.now() + load.warmUpMs;
  const endsAt = startsAt + load.measureMs;
  const loop = async (): Promise<void> => {
    for (let askedAt = performance.now(); askedAt < endsAt;) {
      await ledger.spend({ key: randomUUID(), userId: randomUser(users) });
      const now = performance.now();
      if (now >= startsAt && now <= endsAt) latenciesMs.push(now - askedAt);
      askedAt = now;
    }
  };
  await Promise.all(Array.from({ length: load.concurrency }, loop));
  return sampleOf(latenciesMs, { seconds: load.measureMs / 1000, failed: 0 });
}

export function randomUser(users: number): number {
  return FIRST_USER + Math.floor(Math.random() * users);
}
