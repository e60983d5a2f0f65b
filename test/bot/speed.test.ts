import { startStage, type Stage } from './support/stage';
import { newVisitor, type Visitor } from './support/visitor';

const ROWS = 100_000;

describe('a person with a long history', () => {
  let stage: Stage;
  let visitor: Visitor;
  beforeAll(async () => {
    stage = await startStage({ hasCatalogue: true });
    visitor = newVisitor(stage);
    await visitor.write('/start');
    await writeHistory(stage, visitor.id);
  });
  afterAll(() => stage.stop());

  async function timed(command: string): Promise<number> {
    stage.statements.length = 0;
    const began = performance.now();
    await visitor.write(command);
    return performance.now() - began;
  }

  /** The best of several: other tests share the processors, and their turn is not the query's time. */
  async function fastest(work: () => Promise<number>): Promise<number> {
    const times: number[] = [];
    for (let tries = 0; tries < 7; tries += 1) times.push(await work());
    return Math.min(...times);
  }

  it('T-E6 gets /start within 300 ms and three queries', async () => {
    expect(await fastest(() => timed('/start'))).toBeLessThanOrEqual(300);
    expect(stage.statements).toHaveLength(3);
    expect(visitor.shown().message.text).toContain('Balance: 900,000 tokens');
  });

  it('gets /balance and any page of /history as fast', async () => {
    expect(await fastest(() => timed('/balance'))).toBeLessThanOrEqual(300);
    expect(await fastest(() => timed('/history'))).toBeLessThanOrEqual(300);
    const turnPage = async (): Promise<number> => {
      const began = performance.now();
      await visitor.forge(`v1:hist:pg::${(150).toString(36)}`);
      return performance.now() - began;
    };
    expect(await fastest(turnPage)).toBeLessThanOrEqual(300);
  });
});

/** A million tokens, of which a hundred thousand were spent one by one over a year. */
async function writeHistory(stage: Stage, userId: number): Promise<void> {
  await stage.sql.begin(async (sql) => {
    await sql`
      insert into accounts (id, code, asset, user_id, balance)
      values (gen_random_uuid(), ${`wallet:${userId}:TOK`}, 'TOK', ${userId}, 900000000000)`;
    await sql`
      insert into accounts (id, code, asset) values (gen_random_uuid(), 'sys:spend:TOK', 'TOK')
      on conflict do nothing`;
    await sql`set local session_replication_role = replica`;
    await sql`
      insert into transfers (id, key, kind, user_id, as_of)
      select gen_random_uuid(), 'long:' || n, 'spend', ${userId}, now() - n * interval '5 minutes'
      from generate_series(1, ${ROWS}::int) n`;
    await sql`
      insert into entries (transfer_id, account_id, amount, balance_after)
      select t.id, w.id, -1000000, 900000000000 from transfers t, accounts w
      where t.user_id = ${userId} and w.user_id = ${userId}`;
    await sql`
      insert into entries (transfer_id, account_id, amount)
      select t.id, s.id, 1000000 from transfers t, accounts s
      where t.user_id = ${userId} and s.code = 'sys:spend:TOK'`;
  });
  await stage.sql`analyze transfers, entries, accounts`;
}
