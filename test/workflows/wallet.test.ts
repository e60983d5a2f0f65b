import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import type { Workflows } from '../../src/commands/start';
import type { ExpiringLot } from '../../src/domain/billing/lot-expiry';
import {
  lotsChangedSignal,
  walletStateQuery,
  walletWorkflowId,
} from '../../workflows/billing/wallet/contract';
import { paymentConfirmationId } from '../../workflows/billing/contract';
import { until } from '../support/until';
import { fact, fulfilled, USER_ID } from './support/cast';
import { shown, timerSummaries } from './support/seen';
import { DAY, openTheatre, SECOND, type Theatre } from './support/theatre';

type Wallet = WorkflowHandle<Workflows['wallet']>;

let theatre: Theatre;
let lots: ExpiringLot[];

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => {
  lots = [];
  theatre.play({ expiringLots: () => Promise.resolve(lots), settleExpiry: settle });
});
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

/** As the activity does: what is over is gone. */
function settle({ asOf }: { asOf: string }): Promise<void> {
  lots = lots.filter(({ expiresAt }) => expiresAt > asOf);
  return Promise.resolve();
}

function credit(days: number, change: Partial<ExpiringLot> = {}): ExpiringLot {
  const lot = {
    lotId: randomUUID(),
    origin: 'promo',
    remainingUtok: 5_000_000,
    heldUtok: 0,
    creditedAt: new Date().toISOString(),
    expiresAt: new Date(Date.now() + days * DAY).toISOString(),
    ...change,
  };
  lots = [...lots, lot];
  return lot;
}

async function begin(): Promise<Wallet> {
  const handle = await theatre.start('wallet', {
    workflowId: walletWorkflowId(USER_ID),
    input: { userId: USER_ID },
  });
  await until('it has looked', async () => theatre.calls('expiringLots').length > 0);
  return theatre.client.workflow.getHandle<Workflows['wallet']>(handle.workflowId);
}

const endMs = (lot: ExpiringLot) => Date.parse(lot.expiresAt);
const settlements = () => theatre.calls('settleExpiry').length;

test('settles three days before the end of a lot, at its end, and then is over', async () => {
  const lot = credit(30);
  const handle = await begin();
  expect(settlements()).toBe(0);
  await theatre.passTo(handle.workflowId, endMs(lot) - 3 * DAY - 3 * SECOND);
  expect(settlements()).toBe(0);
  await theatre.passTo(handle.workflowId, endMs(lot) - 3 * DAY + SECOND);
  expect(settlements()).toBe(1);
  await theatre.passTo(handle.workflowId, endMs(lot) - 3 * SECOND);
  expect(settlements()).toBe(1);
  await theatre.passTo(handle.workflowId, endMs(lot) + SECOND);
  expect(await handle.result()).toEqual({ state: 'idle' });
  expect(settlements()).toBe(2);
});

test('names the lots it knows, so that an end booked by a debit is still told', async () => {
  const lot = credit(30);
  const handle = await begin();
  lots = [];
  await theatre.passTo(handle.workflowId, endMs(lot) + SECOND);
  await handle.result();
  const told = theatre.calls('settleExpiry').map(({ lotIds }) => lotIds);
  expect(told).toContainEqual([lot.lotId]);
});

test('a lot that lives shorter than the notice gets none', async () => {
  const lot = credit(2);
  const handle = await begin();
  expect(await handle.query(walletStateQuery)).toMatchObject({
    waitingFor: 'the end of a lot',
    nextActionAt: lot.expiresAt,
  });
});

test('a lot that ends sooner moves the timer', async () => {
  credit(30);
  const handle = await begin();
  const sooner = credit(10);
  await handle.signal(lotsChangedSignal);
  await handle.signal(lotsChangedSignal);
  const notice = new Date(endMs(sooner) - 3 * DAY).toISOString();
  await until('it has seen the new lot', async () => {
    const card = await handle.query(walletStateQuery);
    return card.nextActionAt === notice;
  });
  await theatre.passTo(handle.workflowId, endMs(sooner) + SECOND);
  expect((await handle.query(walletStateQuery)).lots).toHaveLength(1);
});

test('with nothing to expire, is over at once', async () => {
  const handle = await theatre.start('wallet', {
    workflowId: walletWorkflowId(USER_ID),
    input: { userId: USER_ID },
    signal: [lotsChangedSignal.name],
  });
  expect(await handle.result()).toEqual({ state: 'idle' });
});

test('a worker that was away settles what is overdue as soon as it is back', async () => {
  credit(30, { creditedAt: '2020-01-01T00:00:00.000Z', expiresAt: '2020-06-01T00:00:00.000Z' });
  const handle = await theatre.start('wallet', {
    workflowId: walletWorkflowId(USER_ID),
    input: { userId: USER_ID },
  });
  expect(await handle.result()).toEqual({ state: 'idle' });
  expect(settlements()).toBe(1);
});

test('a database that is away delays the end and loses nothing', async () => {
  const lot = credit(2);
  const handle = await begin();
  let tries = 0;
  theatre.recast({
    settleExpiry: (due) => {
      tries += 1;
      return tries < 4 ? Promise.reject(new Error('ECONNREFUSED')) : settle(due);
    },
  });
  await theatre.passTo(handle.workflowId, endMs(lot) + 10 * SECOND);
  expect(await handle.result()).toEqual({ state: 'idle' });
  expect(tries).toBe(4);
});

test('cancelled in the Web UI, it ends and books nothing more', async () => {
  credit(30);
  const handle = await begin();
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
  expect(settlements()).toBe(0);
});

test('a long history goes on in a fresh run with a signal on its way', async () => {
  const lot = credit(30);
  const handle = await begin();
  const firstRun = (await handle.describe()).runId;
  for (let sent = 0; sent < 6; sent += 1) {
    await handle.signal('lotsChanged', 'x'.repeat(900_000));
    // An answer means that the signal was taken: several of this size in one task would not fit into a message.
    await handle.query(walletStateQuery);
  }
  await until('a fresh run', async () => (await handle.describe()).runId !== firstRun);
  await theatre.passTo(handle.workflowId, endMs(lot) + SECOND);
  expect(await handle.result()).toEqual({ state: 'idle' });
});

test('an operator sees whose it is, what it waits for and until when', async () => {
  const lot = credit(30);
  const handle = await begin();
  await until('it waits', async () => (await timerSummaries(handle)).length > 0);
  expect(await handle.query(walletStateQuery)).toMatchObject({ userId: USER_ID, lots: [lot] });
  const { attributes, details } = await shown(theatre.client, handle);
  expect(attributes).toMatchObject({
    BillingState: 'watching',
    BillingUserId: String(USER_ID),
    NextActionAt: new Date(endMs(lot) - 3 * DAY),
  });
  expect(details).toContain('the notice that a lot will expire');
  expect(await timerSummaries(handle)).toEqual(['Until the notice that a lot will expire']);
});

describe('a payment of tokens that end some day', () => {
  async function pay(providerPaymentId = randomUUID().slice(0, 8)) {
    const handle = await theatre.start('paymentConfirmation', {
      workflowId: paymentConfirmationId('mock', providerPaymentId),
      input: { provider: 'mock', providerPaymentId },
      signal: ['hint', { source: 'webhook', fact: fact(providerPaymentId) }],
    });
    await handle.result();
  }

  test('sets a watch on them, and the next one tells the same watch', async () => {
    const paid = { ...fulfilled(randomUUID()), hasExpiringLots: true };
    theatre.recast({ postPayment: () => Promise.resolve(paid) });
    credit(30);
    await pay();
    const handle = theatre.client.workflow.getHandle<Workflows['wallet']>(
      walletWorkflowId(USER_ID),
    );
    await until('it watches', async () => (await handle.query(walletStateQuery)).lots.length === 1);
    credit(40);
    await pay();
    await until('it watches both', async () => {
      return (await handle.query(walletStateQuery)).lots.length === 2;
    });
  });

  test('given by an operator sets a watch on them, too', async () => {
    const outcome = { kind: 'done', result: {} } as const;
    const effect = { kind: 'watchLots', userId: USER_ID, clockOffsetMs: 0 } as const;
    theatre.recast({ runOperation: () => Promise.resolve({ outcome, effects: [effect] }) });
    credit(30);
    const operationId = randomUUID();
    const operation = await theatre.start('operation', {
      workflowId: `op:${operationId}`,
      input: {
        operationId,
        action: 'grant_tokens',
        params: {},
        operator: { userId: 7 },
        reason: 'the customer called us',
      },
    });
    await operation.result();
    const handle = theatre.client.workflow.getHandle<Workflows['wallet']>(
      walletWorkflowId(USER_ID),
    );
    await until('it watches', async () => (await handle.query(walletStateQuery)).lots.length === 1);
  });

  test('that never end sets none', async () => {
    await pay();
    expect(theatre.calls('expiringLots')).toEqual([]);
  });
});
