import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { BroadcastProgress } from '../../activities/billing/broadcasts';
import type { Workflows } from '../../src/commands/start';
import {
  broadcastQuery,
  broadcastWorkflowId,
  cancelBroadcastUpdate,
  pauseBroadcastUpdate,
  resumeBroadcastUpdate,
} from '../../workflows/billing/broadcast/contract';
import { until } from '../support/until';
import { refusalOf } from './support/seen';
import { openTheatre, type Roles, type Theatre } from './support/theatre';

type Broadcast = WorkflowHandle<Workflows['broadcast']>;

const OPERATOR = { operatorId: 7, reason: 'a mistake in the text' };

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

/** The row of one broadcast to three hundred, of which the outbox takes a hundred at a time. */
class Row {
  state: BroadcastProgress['state'] = 'running';
  queued = 0;
  inOutbox = 0;

  roles(): Roles {
    return {
      queueBroadcast: () => Promise.resolve(this.queue()),
      steerBroadcast: ({ move }) => {
        this.state = { pause: 'paused', resume: 'running', cancel: 'cancelled' }[move] as 'paused';
        return Promise.resolve({ kind: 'moved', state: this.state });
      },
      finishBroadcast: () => {
        if (this.state === 'running') this.state = 'done';
        return Promise.resolve({ state: this.state });
      },
    };
  }

  private queue(): BroadcastProgress {
    const added = this.state === 'running' ? Math.min(100 - this.inOutbox, 300 - this.queued) : 0;
    this.queued += added;
    this.inOutbox += added;
    const { state, queued, inOutbox } = this;
    return { state, added, queued, inOutbox, due: inOutbox, total: 300, isWalked: queued === 300 };
  }
}

async function begun(): Promise<Broadcast> {
  const broadcastId = randomUUID();
  const handle = await theatre.start('broadcast', {
    workflowId: broadcastWorkflowId(broadcastId),
    input: { broadcastId },
  });
  await until('it has queued', async () => row.queued > 0);
  return handle;
}

test('it fills the outbox as the sender empties it, and ends when the last one has gone', async () => {
  const handle = await begun();
  expect(row.queued).toBe(100);
  await until('it waits for room', async () => theatre.calls('queueBroadcast').length > 1);
  expect(row.queued).toBe(100);
  row.inOutbox = 0;
  await until('the next hundred', async () => row.queued === 200);
  row.inOutbox = 0;
  await until('the last hundred', async () => row.queued === 300);
  expect(await handle.query(broadcastQuery)).toMatchObject({ state: 'running', total: 300 });
  row.inOutbox = 0;
  expect(await handle.result()).toEqual({ state: 'done' });
});

test('paused it queues nobody until it is resumed', async () => {
  const handle = await begun();
  expect(await handle.executeUpdate(pauseBroadcastUpdate, { args: [OPERATOR] })).toEqual({
    kind: 'moved',
    state: 'paused',
  });
  row.inOutbox = 0;
  await until('it is paused', async () => {
    const card = await handle.query(broadcastQuery);
    return card.state === 'paused' && card.allowedRepairs.includes('resume');
  });
  const looks = theatre.calls('queueBroadcast').length;
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(theatre.calls('queueBroadcast')).toHaveLength(looks);
  expect(row.queued).toBe(100);
  await handle.executeUpdate(resumeBroadcastUpdate, { args: [OPERATOR] });
  await until('it goes on', async () => row.queued === 200);
});

test('cancelled it ends at once, also from a pause', async () => {
  const handle = await begun();
  await handle.executeUpdate(pauseBroadcastUpdate, { args: [OPERATOR] });
  await handle.executeUpdate(cancelBroadcastUpdate, { args: [OPERATOR] });
  expect(await handle.result()).toEqual({ state: 'cancelled' });
  expect(row.queued).toBe(100);
});

test.each([
  ['no name', { ...OPERATOR, operatorId: '' }, 'operatorId is empty'],
  ['a name that is no id', { ...OPERATOR, operatorId: 'anna' }, 'digits only'],
  ['no reason', { ...OPERATOR, reason: 'why' }, 'reason needs'],
])('a repair with %s is rejected', async (_what, repair, words) => {
  const handle = await begun();
  const update = handle.executeUpdate(pauseBroadcastUpdate, { args: [repair] });
  expect(await refusalOf(update)).toContain(words);
});

test('a run that finds no row ends', async () => {
  row.state = 'unknown';
  const broadcastId = randomUUID();
  const handle = await theatre.start('broadcast', {
    workflowId: broadcastWorkflowId(broadcastId),
    input: { broadcastId },
  });
  expect(await handle.result()).toEqual({ state: 'unknown' });
});
