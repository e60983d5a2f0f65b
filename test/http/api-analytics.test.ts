import { tokens } from '../../src/domain/tokens';
import { grant, transfer } from '../activities/support/transfers';
import { apiClient, type ApiClient } from '../support/api';
import { newUser } from '../support/shop';
import { checkBooks, startStack, type Stack } from '../support/stack';
import { charge, report } from '../support/usage';

let stack: Stack;
let ours: ApiClient;
let theirs: ApiClient;
let owner: ApiClient;
let userId: number;

const NOW = new Date();
const IN_MARCH = '?from=2026-03-01&to=2026-04-01&zone=Europe/Moscow';

beforeAll(async () => {
  stack = await startStack();
  [ours, theirs] = [await apiClient(stack), await apiClient(stack)];
  owner = await apiClient(stack, ['analytics:all']);
  userId = await newUser(stack);
  const { db } = stack.database;
  await transfer({ db }, grant(userId, 100));
  for (const { clientId } of [ours, ours, theirs]) {
    const terms = { userId, clientId, requestedUtok: tokens(3.14), track: 'draw' };
    const chargeId = await charge({ db }, terms);
    const nodes = [{ node: 'plan', rawCost: '0.25' }];
    await report({ db }, { userId, chargeId, clientId, track: 'draw', rawCost: '1', nodes });
  }
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

it('a client sees what it charged, and whoever owns the service sees all', async () => {
  const own = await ours.call('GET', `/analytics/tracks${IN_MARCH}`);
  expect(own.status).toBe(200);
  expect(own.json).toMatchObject({
    ...{ from: '2026-02-28T21:00:00.000Z', to: '2026-03-31T21:00:00.000Z', group: 'track' },
    totals: { count: 2, spent: '6.28', spent_utok: '6280000', raw_cost: { RUB: '2' } },
    rows: [{ key: 'draw', name: null, count: 2, margin_rub: '4.28', p95: '3.14' }],
    next_cursor: null,
  });
  const all = await owner.call('GET', `/analytics/tracks${IN_MARCH}&group=client`);
  expect(all.json).toMatchObject({
    totals: { count: 3, spent: '9.42' },
    rows: [
      { key: ours.clientId, name: `client ${ours.clientId}`, spent: '6.28' },
      { key: theirs.clientId, spent: '3.14' },
    ],
  });
  const one = `&client_id=${theirs.clientId}`;
  expect((await owner.call('GET', `/analytics/tracks${IN_MARCH}${one}`)).json).toMatchObject({
    totals: { count: 1 },
  });
  const foreign = await ours.call('GET', `/analytics/tracks${IN_MARCH}${one}`);
  expect([foreign.status, foreign.json['code']]).toEqual([403, 'forbidden_scope']);
});

it('steps share what was asked, and pages go on where they ended', async () => {
  const first = await ours.call('GET', `/analytics/nodes${IN_MARCH}&limit=1`);
  expect(first.json).toMatchObject({
    totals: { requested: '6.28' },
    rows: [{ node: '_other', cost: '4.71', raw_cost_rub: '1.5' }],
  });
  const cursor = String(first.json['next_cursor']);
  const second = await ours.call('GET', `/analytics/nodes${IN_MARCH}&limit=1&cursor=${cursor}`);
  expect(second.json).toMatchObject({ rows: [{ node: 'plan', cost: '1.57' }], next_cursor: null });
});

it('without a span it looks at the thirty days before the call', async () => {
  const { json } = await ours.call('GET', '/analytics/tracks?group=day');
  expect(json).toMatchObject({ totals: { count: expect.any(Number) }, zone: 'UTC' });
  expect(Date.parse(String(json['to'])) - Date.parse(String(json['from']))).toBe(30 * 86_400_000);
  expect(Date.parse(String(json['to']))).toBeGreaterThanOrEqual(NOW.getTime());
});

it.each([
  'group=colour',
  'from=yesterday',
  'from=2026-03-02&to=2026-03-01',
  'from=2020-01-01&to=2026-01-01',
  'zone=Mars/Olympus',
  'zone=%2B03:00',
  'limit=0',
  'limit=501',
  'user_id=-1',
  'client_id=me',
  'unknown=1',
])('refuses %s in words and not by failing', async (query) => {
  for (const path of ['tracks', 'nodes']) {
    const { status, json } = await ours.call('GET', `/analytics/${path}?${query}`);
    expect([status, json['code']]).toEqual([400, 'validation_error']);
  }
});

it('needs its scope', async () => {
  const other = await apiClient(stack, ['balance:read']);
  expect((await other.call('GET', '/analytics/nodes')).status).toBe(403);
});
