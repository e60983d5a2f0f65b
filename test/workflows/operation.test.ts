import { randomUUID } from 'node:crypto';
import type { OperationAnswer } from '../../activities/billing/operations/running';
import {
  operationOutcomeUpdate,
  operationWorkflowId,
} from '../../workflows/billing/operation/contract';
import { until } from '../support/until';
import { shown } from './support/seen';
import { openTheatre, type Theatre } from './support/theatre';

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

const begin = (operationId = randomUUID()) =>
  theatre.start('operation', {
    workflowId: operationWorkflowId(operationId),
    input: {
      operationId,
      action: 'grant_role',
      params: { userId: 42, role: 'support' },
      operator: { userId: 7 },
      reason: 'a new colleague begins',
    },
  });

const answers = (answer: OperationAnswer) => ({ runOperation: () => Promise.resolve(answer) });

test('an operation is done by one activity and tells its outcome to whoever asks', async () => {
  const handle = await begin();
  expect(await handle.result()).toEqual({ kind: 'done', result: null });
  expect(theatre.log()).toEqual(['runOperation']);
  expect(theatre.calls('wakeNotifier')).toHaveLength(1);
  const { attributes } = await shown(theatre.client, handle);
  expect(attributes).toMatchObject({ BillingState: 'done' });
});

test('an outcome asked for early waits for it', async () => {
  let finish: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    finish = resolve;
  });
  theatre.play({
    runOperation: async () => {
      await held;
      return { outcome: { kind: 'refused', reason: 'no_role' }, effects: [] };
    },
  });
  const handle = await begin();
  const asked = handle.executeUpdate(operationOutcomeUpdate);
  await until('it runs', async () => theatre.calls('runOperation').length === 1);
  finish();
  expect(await asked).toEqual({ kind: 'refused', reason: 'no_role' });
  expect(theatre.calls('wakeNotifier')).toEqual([]);
});

test('effects are performed after the commit, once, whatever they meet', async () => {
  const proposalId = randomUUID();
  const start = {
    kind: 'start',
    workflow: 'proposal',
    workflowId: `proposal:${proposalId}`,
    input: { proposalId },
    summary: 'a proposal',
  } as const;
  const gone = {
    kind: 'signal',
    workflowId: 'sub:gone',
    signal: 'fundsArrived',
    args: [],
  } as const;
  const outcome = { kind: 'proposed', proposalId, quorum: 1 } as const;
  theatre.play(answers({ outcome, effects: [start, start, gone] }));
  expect(await (await begin()).result()).toEqual(outcome);
  const child = theatre.client.workflow.getHandle(start.workflowId);
  expect((await child.describe()).status.name).toBe('RUNNING');
  expect(await (await begin()).result()).toEqual(outcome);
});

test('a failing database delays it and changes nothing', async () => {
  let tries = 0;
  theatre.play({
    runOperation: () => {
      tries += 1;
      if (tries < 3) return Promise.reject(new Error('the database is away'));
      return Promise.resolve({ outcome: { kind: 'done', result: tries }, effects: [] });
    },
  });
  expect(await (await begin()).result()).toEqual({ kind: 'done', result: 3 });
});
