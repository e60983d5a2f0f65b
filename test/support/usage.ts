import { v7 } from 'uuid';
import { spendTokens, type Spending } from '../../activities/billing/spending';
import { inTransaction } from '../../activities/transactions';
import { apiClients, usageEvents, usageNodes } from '../../drizzle/schema';
import { shareCost, type NodeCost } from '../../src/domain/billing/track-cost';
import { asWorkflow, NOON, SETTINGS, type Books } from '../activities/support/books';

let made = 0;

/** A service of that name; returns its id. */
export async function newClient(books: Pick<Books, 'db'>, name: string): Promise<string> {
  const id = v7();
  await books.db.insert(apiClients).values({ id, name });
  return id;
}

/** Charges a person as the service does; returns the charge's id. */
export async function charge(
  books: Pick<Books, 'db'>,
  wish: Partial<Spending> & Pick<Spending, 'userId' | 'requestedUtok'>,
): Promise<string> {
  made += 1;
  const spending: Spending = {
    ...{ key: `work:${made}`, kind: 'track', description: 'work', meta: {} },
    asOf: new Date(NOON),
    settings: SETTINGS,
    ...wish,
  };
  const outcome = await asWorkflow('test', () =>
    inTransaction(books.db, (tx) => spendTokens(tx, spending)),
  );
  if (outcome.kind !== 'charged') throw new Error(`not charged: ${outcome.kind}`);
  return outcome.chargeId;
}

type Report = Partial<typeof usageEvents.$inferInsert> & {
  readonly userId: number;
  readonly nodes?: readonly NodeCost[];
};

/** A report of what a charge's work cost, with its steps. */
export async function report(
  books: Pick<Books, 'db'>,
  { nodes = [], ...change }: Report,
): Promise<void> {
  made += 1;
  const id = v7();
  const row = {
    ...{ id, source: 'test', eventId: `e-${made}`, track: 'translate' },
    ...{ rawCost: '1', currency: 'RUB', multiplier: '3.14', rounding: 'cent' as const },
    ...{ costUtok: 3_140_000, occurredAt: new Date(NOON) },
    ...change,
  };
  await books.db.insert(usageEvents).values(row);
  const { shares } = shareCost(row.costUtok, { totalCost: row.rawCost, nodes });
  if (nodes.length === 0) return;
  await books.db.insert(usageNodes).values(shares.map((share) => ({ ...share, usageEventId: id })));
}
