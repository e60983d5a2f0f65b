import { randomUUID } from 'node:crypto';
import { createCommands } from '../../src/commands/billing';
import type { LimitChangeInput } from '../../src/commands/limits';
import { tokens } from '../../src/domain/tokens';
import { limitChangeId } from '../../workflows/billing/limit-change/contract';
import { until } from '../support/until';
import { USER_ID } from './support/cast';
import { shown } from './support/seen';
import { openTheatre, type Theatre } from './support/theatre';

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

const change = (): LimitChangeInput => ({
  changeId: randomUUID(),
  wishes: [{ scope: 'user', scopeId: String(USER_ID), dayUtok: tokens(10), monthUtok: null }],
  actor: { kind: 'user', id: String(USER_ID) },
});

const ask = (wish: LimitChangeInput) =>
  createCommands(theatre.client, theatre.taskQueue).setLimits(wish);

const handleOf = (wish: LimitChangeInput) => theatre.client.workflow.getHandle(limitChangeId(wish));

const away = () => Promise.reject(new Error('ECONNREFUSED'));

test('sets the limits at an instant of its own and says whose they are', async () => {
  const wish = change();
  expect(await ask(wish)).toEqual({ kind: 'set' });
  const { wishes, actor } = wish;
  expect(theatre.calls('setLimits')).toEqual([{ wishes, actor, asOf: expect.any(String) }]);
  const { attributes, details } = await shown(theatre.client, handleOf(wish));
  expect(attributes).toMatchObject({ BillingUserId: String(USER_ID) });
  expect(details).toContain('The limits are set');
});

test('asked twice at once, it writes them once and answers both', async () => {
  let open = (): void => undefined;
  const gate = new Promise<void>((pass) => {
    open = pass;
  });
  theatre.recast({ setLimits: () => gate.then(() => ({ kind: 'set' })) });
  const wish = change();
  const answers = [ask(wish), ask(wish)];
  await until('it runs', () => Promise.resolve(theatre.calls('setLimits').length === 1));
  // Nothing shows that somebody joined it.
  await new Promise((done) => setTimeout(done, 500));
  open();
  expect(await Promise.all(answers)).toEqual([{ kind: 'set' }, { kind: 'set' }]);
  expect(theatre.calls('setLimits')).toHaveLength(1);
});

test('a refusal is an answer, and the same change may be asked for again', async () => {
  const refused = { kind: 'refused', reason: 'user_not_found' } as const;
  theatre.recast({ setLimits: () => Promise.resolve(refused) });
  const wish = change();
  expect(await ask(wish)).toEqual(refused);
  expect((await shown(theatre.client, handleOf(wish))).details).toContain('Nobody of this id');
  theatre.recast({ setLimits: () => Promise.resolve({ kind: 'set' }) });
  expect(await ask(wish)).toEqual({ kind: 'set' });
});

test('while the database is away it is tried until it answers', async () => {
  let tries = 0;
  theatre.recast({
    setLimits: () => {
      tries += 1;
      return tries < 3 ? away() : Promise.resolve({ kind: 'set' });
    },
  });
  expect(await ask(change())).toEqual({ kind: 'set' });
  expect(tries).toBe(3);
});

test('cancelled in the Web UI while the database is away, it ends, and can be made anew', async () => {
  theatre.recast({ setLimits: away });
  const wish = change();
  const lost = ask(wish);
  const isLost = expect(lost).rejects.toThrow();
  await until('it tries', () => Promise.resolve(theatre.calls('setLimits').length > 0));
  await handleOf(wish).cancel();
  await isLost;
  theatre.recast({ setLimits: () => Promise.resolve({ kind: 'set' }) });
  expect(await ask(wish)).toEqual({ kind: 'set' });
});
