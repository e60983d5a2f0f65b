import { randomUUID } from 'node:crypto';
import { createCommands } from '../../src/commands/billing';
import { methodRemovalId } from '../../workflows/billing/method-removal/contract';
import { until } from '../support/until';
import { USER_ID } from './support/cast';
import { shown } from './support/seen';
import { DAY, MINUTE, openTheatre, type Theatre } from './support/theatre';

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

const ask = (methodId: string) =>
  createCommands(theatre.client, theatre.taskQueue).removeMethod({
    ...{ methodId, userId: USER_ID, clockOffsetMs: 0 },
  });
const handleOf = (methodId: string) => theatre.client.workflow.getHandle(methodRemovalId(methodId));
const silent = () => Promise.resolve({ kind: 'unknown', reason: 'timeout' } as const);

test('takes the card out of use, tells, and has the provider revoke it, in this order', async () => {
  const methodId = randomUUID();
  expect(await ask(methodId)).toEqual({ kind: 'removed' });
  expect(await handleOf(methodId).result()).toEqual({ kind: 'removed' });
  expect(theatre.log()).toEqual(['beginMethodRemoval', 'stopMethod']);
  expect(theatre.calls('beginMethodRemoval')).toMatchObject([{ methodId, userId: USER_ID }]);
  expect(theatre.calls('abandonMethod')).toEqual([]);
  const { attributes } = await shown(theatre.client, handleOf(methodId));
  expect(attributes).toMatchObject({ BillingState: 'removed', BillingUserId: String(USER_ID) });
});

test('a subscription whose workflow has ended holds nobody back', async () => {
  theatre.recast({
    beginMethodRemoval: () => Promise.resolve({ kind: 'begun', subscriptionIds: [randomUUID()] }),
  });
  const methodId = randomUUID();
  await ask(methodId);
  expect(await handleOf(methodId).result()).toEqual({ kind: 'removed' });
});

test('a refusal is an answer, asks no provider, and the removal may be asked for again', async () => {
  const refused = { kind: 'refused', reason: 'charging' } as const;
  theatre.recast({ beginMethodRemoval: () => Promise.resolve(refused) });
  const methodId = randomUUID();
  expect(await ask(methodId)).toEqual(refused);
  expect(await handleOf(methodId).result()).toEqual(refused);
  expect(theatre.calls('stopMethod')).toEqual([]);
  theatre.recast({
    beginMethodRemoval: () => Promise.resolve({ kind: 'begun', subscriptionIds: [] }),
  });
  expect(await ask(methodId)).toEqual({ kind: 'removed' });
});

test('pressed twice while the provider is silent, it is one removal', async () => {
  theatre.recast({ stopMethod: silent });
  const methodId = randomUUID();
  expect(await Promise.all([ask(methodId), ask(methodId)])).toEqual([
    { kind: 'removed' },
    { kind: 'removed' },
  ]);
  expect(await ask(methodId)).toEqual({ kind: 'removed' });
  expect(theatre.calls('beginMethodRemoval')).toHaveLength(1);
});

test('a provider that is silent is asked again, shown to operators, and lets go when it is back', async () => {
  theatre.recast({ stopMethod: () => Promise.reject(new Error('the worker is alone')) });
  const methodId = randomUUID();
  await ask(methodId);
  await until('a failure', async () => theatre.calls('stopMethod').length >= 3, 30_000);
  theatre.recast({ stopMethod: silent });
  await theatre.pass(methodRemovalId(methodId), 7 * MINUTE);
  await until('operators see it', async () => theatre.calls('showUnrevoked').length === 1);
  const { attributes } = await shown(theatre.client, handleOf(methodId));
  expect(attributes['StuckReason']).toContain('provider');
  theatre.recast({ stopMethod: () => Promise.resolve({ kind: 'done' }) });
  await theatre.pass(methodRemovalId(methodId), 16 * MINUTE);
  expect(await handleOf(methodId).result()).toEqual({ kind: 'removed' });
  expect(theatre.calls('abandonMethod')).toEqual([]);
});

test('a provider that stays silent for a month is left to the operators, and the token is forgotten', async () => {
  theatre.recast({ stopMethod: silent });
  const methodId = randomUUID();
  await ask(methodId);
  await theatre.pass(methodRemovalId(methodId), 31 * DAY);
  expect(await handleOf(methodId).result()).toEqual({ kind: 'unconfirmed' });
  expect(theatre.calls('abandonMethod')).toMatchObject([{ methodId, reason: 'timeout' }]);
});

test('a provider that refuses is for the operators at once', async () => {
  theatre.recast({ stopMethod: () => Promise.resolve({ kind: 'refused', reason: 'not_found' }) });
  const methodId = randomUUID();
  expect(await ask(methodId)).toEqual({ kind: 'removed' });
  expect(await handleOf(methodId).result()).toEqual({ kind: 'unconfirmed' });
  expect(theatre.calls('stopMethod')).toHaveLength(1);
  expect(theatre.calls('showUnrevoked')).toMatchObject([{ reason: 'not_found' }]);
});

test('cancelled in the Web UI while the database is away, it ends, and can be made anew', async () => {
  theatre.recast({ beginMethodRemoval: () => Promise.reject(new Error('ECONNREFUSED')) });
  const methodId = randomUUID();
  const lost = expect(ask(methodId)).rejects.toThrow();
  await until('it tries', async () => theatre.calls('beginMethodRemoval').length > 0);
  await handleOf(methodId).cancel();
  await lost;
  theatre.play();
  expect(await ask(methodId)).toEqual({ kind: 'removed' });
});
