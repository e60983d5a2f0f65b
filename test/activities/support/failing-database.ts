import type { Database, Transaction } from '../../../drizzle/client';

const STATEMENTS = new Set<string | symbol>(['select', 'insert', 'update', 'delete', 'execute']);

/** A database whose connection breaks at the n-th statement of each transaction; beyond the last one it works. */
export function failingAt(db: Database, n: number): Database {
  const transaction = (body: (tx: Transaction) => Promise<unknown>) =>
    db.transaction((tx) => body(breaking(tx, n)));
  return new Proxy(db, {
    get: (target, name) =>
      name === 'transaction' ? transaction : (Reflect.get(target, name) as unknown),
  });
}

function breaking(tx: Transaction, n: number): Transaction {
  let statements = 0;
  return new Proxy(tx, {
    get: (target, name) => {
      const member = Reflect.get(target, name) as unknown;
      if (typeof member !== 'function' || !STATEMENTS.has(name)) return member;
      return (...given: unknown[]) => {
        statements += 1;
        if (statements === n) throw new Error('the connection is lost');
        return (member as (...given: unknown[]) => unknown).apply(target, given);
      };
    },
  });
}
