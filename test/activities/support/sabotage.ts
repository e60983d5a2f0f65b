import { sql } from 'drizzle-orm';
import { inTransaction } from '../../../activities/transactions';
import { connect, type Database, type Transaction } from '../../../drizzle/client';
import type { Books } from './books';
import type { Cut } from './ledger-steps';

/** Where a test cut a transaction off. */
export class CutOff extends Error {}

const STATEMENTS: ReadonlySet<string | symbol> = new Set(['select', 'insert', 'update', 'execute']);

/** Runs a transaction that is cut off after so many statements; false when it had ended before. */
export async function cutOff(
  books: Pick<Books, 'db' | 'url'>,
  cut: Cut,
  body: (tx: Transaction) => Promise<unknown>,
): Promise<boolean> {
  if (cut.by === 'error') {
    return interrupt(books.db, { cut, body, end: () => Promise.reject(new CutOff()) });
  }
  // A connection of its own dies, so that nobody else's work stands on it.
  const doomed = connect(books.url, { poolSize: 1 });
  try {
    return await new Promise<boolean>((resolve, reject) => {
      const end = async (tx: Transaction) => {
        await tx.execute(sql`select pg_terminate_backend(pg_backend_pid())`).catch(() => undefined);
        resolve(true);
        // Whoever dies with it says nothing more, not even that it rolls back.
        await new Promise(() => undefined);
      };
      interrupt(doomed.db, { cut, body, end }).then(resolve, reject);
    });
  } finally {
    await doomed.sql.end({ timeout: 0 });
  }
}

interface Interruption {
  readonly cut: Cut;
  readonly body: (tx: Transaction) => Promise<unknown>;
  readonly end: (tx: Transaction) => Promise<void>;
}

async function interrupt(db: Database, { cut, body, end }: Interruption): Promise<boolean> {
  let isCut = false;
  const run = inTransaction(db, async (tx) => {
    try {
      return await body(counting(tx, cut.after));
    } catch (error) {
      if (!(error instanceof CutOff)) throw error;
      isCut = true;
      return end(tx);
    }
  });
  await run.catch((error: unknown) => {
    if (!isCut) throw error;
  });
  return isCut;
}

/** A transaction that fails after so many statements. */
export function counting(tx: Transaction, allowed: number): Transaction {
  let begun = 0;
  return new Proxy(tx, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      if (STATEMENTS.has(name) && (begun += 1) > allowed) throw new CutOff();
      return member.bind(target) as unknown;
    },
  });
}
