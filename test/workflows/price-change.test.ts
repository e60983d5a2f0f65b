import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { Workflows } from '../../src/commands/start';
import {
  priceChangeQuery,
  priceChangeWorkflowId,
  withdrawPricesUpdate,
  type PriceChangeProgress,
} from '../../workflows/billing/price-change/contract';
import { until } from '../support/until';
import { refusalOf } from './support/seen';
import { DAY, openTheatre, type Roles, type Theatre } from './support/theatre';

type PriceChange = WorkflowHandle<Workflows['priceChange']>;

const OPERATOR = { operatorId: '7', reason: 'a mistake in the price' };

let theatre: Theatre;
let row: Row;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => {
  row = new Row();
  theatre.play(row.roles());
});
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

/** The row of one offer to a hundred and fifty subscribers, by pages of a hundred. */
class Row {
  state: PriceChangeProgress['state'] = 'running';
  offered = 0;
  closesAt: string | undefined;

  roles(): Roles {
    return {
      offerPrices: ({ asOf }) => Promise.resolve(this.offer(asOf)),
      closePrices: () => {
        if (this.state === 'running' || this.state === 'offered') this.state = 'over';
        return Promise.resolve({ state: this.state, offered: this.offered, accepted: 1, kept: 1 });
      },
      withdrawPrices: () => {
        this.state = 'withdrawn';
        return Promise.resolve({ kind: 'withdrawn' });
      },
    };
  }

  private offer(asOf: string): PriceChangeProgress {
    this.closesAt ??= new Date(Date.parse(asOf) + 30 * DAY).toISOString();
    if (this.state === 'running') {
      this.offered = Math.min(150, this.offered + 100);
      if (this.offered === 150) this.state = 'offered';
    }
    return { state: this.state, total: 150, offered: this.offered, closesAt: this.closesAt };
  }
}

async function begun(): Promise<PriceChange> {
  const priceChangeId = randomUUID();
  const handle = await theatre.start('priceChange', {
    workflowId: priceChangeWorkflowId(priceChangeId),
    input: { priceChangeId },
  });
  await until('the first page', async () => row.offered > 0);
  return handle;
}

const withdraw = (handle: PriceChange) =>
  handle.executeUpdate(withdrawPricesUpdate, { args: [OPERATOR] });

const untilOffered = () => until('all were offered', async () => row.state === 'offered', 40_000);

test('it offers page by page, waits for answers, and closes when the term is over', async () => {
  const handle = await begun();
  await untilOffered();
  expect(theatre.calls('offerPrices')).toHaveLength(2);
  expect(await handle.query(priceChangeQuery)).toMatchObject({
    ...{ state: 'offered', total: 150, offered: 150, nextAt: row.closesAt },
    allowedRepairs: ['withdraw'],
  });
  await theatre.pass(handle.workflowId, 29 * DAY);
  expect(theatre.calls('closePrices')).toHaveLength(0);
  await theatre.pass(handle.workflowId, DAY + 60_000);
  expect(await handle.result()).toEqual({ state: 'over', offered: 150, accepted: 1, kept: 1 });
  expect(theatre.calls('closePrices')).toHaveLength(1);
}, 90_000);

test('withdrawn between two pages it offers no more', async () => {
  const handle = await begun();
  expect(await withdraw(handle)).toEqual({ kind: 'withdrawn' });
  expect(await handle.result()).toMatchObject({ state: 'withdrawn' });
  expect(row.offered).toBeLessThan(150);
});

test('withdrawn while it waits for answers it ends at once', async () => {
  const handle = await begun();
  await untilOffered();
  expect(await withdraw(handle)).toEqual({ kind: 'withdrawn' });
  expect(await handle.result()).toMatchObject({ state: 'withdrawn' });
}, 60_000);

test('a refused withdrawal lets it go on', async () => {
  theatre.recast({
    withdrawPrices: () => Promise.resolve({ kind: 'refused', reason: 'no_role' }),
  });
  const handle = await begun();
  expect(await withdraw(handle)).toEqual({ kind: 'refused', reason: 'no_role' });
  await untilOffered();
  expect(await handle.query(priceChangeQuery)).toMatchObject({ state: 'offered' });
}, 60_000);

test('who withdraws without a name or a reason is refused before anything is done', async () => {
  const handle = await begun();
  for (const bad of [
    { ...OPERATOR, reason: 'oops' },
    { ...OPERATOR, operatorId: 'Olga' },
  ]) {
    const asked = handle.executeUpdate(withdrawPricesUpdate, { args: [bad] });
    expect(await refusalOf(asked)).toMatch(/reason|operatorId/);
  }
  expect(theatre.calls('withdrawPrices')).toHaveLength(0);
});

test('an offer that is gone, or was replaced meanwhile, ends by itself', async () => {
  theatre.recast({
    offerPrices: ({ asOf }) =>
      Promise.resolve({ state: 'replaced', total: 1, offered: 1, closesAt: asOf }),
    closePrices: () => Promise.resolve({ state: 'replaced', offered: 1, accepted: 0, kept: 0 }),
  });
  const priceChangeId = randomUUID();
  const handle = await theatre.start('priceChange', {
    workflowId: priceChangeWorkflowId(priceChangeId),
    input: { priceChangeId },
  });
  expect(await handle.result()).toMatchObject({ state: 'replaced' });
});

test('a page that fails is tried again, not skipped', async () => {
  let failures = 2;
  const { offerPrices } = row.roles();
  theatre.recast({
    offerPrices: (step) => {
      failures -= 1;
      return failures >= 0 ? Promise.reject(new Error('no database')) : offerPrices!(step);
    },
  });
  await begun();
  await untilOffered();
  expect(row.offered).toBe(150);
}, 60_000);
