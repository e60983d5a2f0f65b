import { BillingClient, ProblemError, UnreachableError } from '../../clients/typescript/src';
import { apiClient, spender, type ApiClient } from '../support/api';
import { balance } from '../support/shop';
import { checkBooks, startStack, type Stack } from '../support/stack';
import { startProxy, type Proxy } from './support/proxy';

const HASTE = { firstMs: 10, longestMs: 100 };

let stack: Stack;
let proxy: Proxy;
let caller: ApiClient;
let billing: BillingClient;

beforeAll(async () => {
  stack = await startStack({ settings: { rateLimitPeriodSeconds: 3 } });
  proxy = await startProxy(stack.http.url);
  caller = await apiClient(stack);
  billing = clientOf(caller);
});
afterEach(() => checkBooks(stack));
afterAll(async () => {
  await proxy?.stop();
  await stack?.stop();
});

function clientOf({ key }: ApiClient, retries: object = {}): BillingClient {
  return new BillingClient({ baseUrl: proxy.url, apiKey: key, retries: { ...HASTE, ...retries } });
}

const WISH = { amount: '10', description: 'work' };

async function chargesOf(userId: number): Promise<number[]> {
  const rows = await stack.sql`
    select charged_utok::float8 as utok from charges where user_id = ${userId} order by id`;
  return rows.map((row) => Number(row['utok']) / 1e6);
}

it('a spend whose answer is lost is asked for again under its name and charged once', async () => {
  const userId = await spender(stack, 100);
  const begin = proxy.names.length;
  proxy.fates.push('cut_answer', 'cut_request');
  const spent = await billing.spend(userId, WISH);
  expect(spent).toMatchObject({ isReplay: true, amount: '10', balance_after: '90' });
  expect(new Set(proxy.names.slice(begin)).size).toBe(1);
  expect(proxy.names.slice(begin)).toHaveLength(3);
  expect(await chargesOf(userId)).toEqual([10]);
});

it('a refusal is thrown with its code and is not asked for again', async () => {
  const userId = await spender(stack, 100);
  const begin = proxy.names.length;
  const dear = { ...WISH, amount: '101' };
  const refused = await billing.spend(userId, dear).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ProblemError);
  expect(refused).toMatchObject({ code: 'insufficient_balance', status: 409 });
  expect(proxy.names.length - begin).toBe(1);
});

it('calls over the limit wait as long as they are told', async () => {
  const userId = await spender(stack, 100);
  const limited = clientOf(await apiClient(stack, undefined, { rateLimit: 2 }));
  const spends = [1, 2, 3].map(() => limited.spend(userId, { ...WISH, amount: '1' }));
  expect(await Promise.all(spends)).toHaveLength(3);
  expect(await chargesOf(userId)).toEqual([1, 1, 1]);
});

it('nobody answering is an unknown outcome', async () => {
  const userId = await spender(stack, 100);
  proxy.fates.push('cut_request', 'cut_request');
  const lost = clientOf(caller, { attempts: 2 }).spend(userId, WISH);
  await expect(lost).rejects.toBeInstanceOf(UnreachableError);
  expect(await chargesOf(userId)).toEqual([]);
});

it('a job under a hold is charged for what it reported, and the rest comes back', async () => {
  const userId = await spender(stack, 100);
  const order = { userId, wish: { amount: '50', lease_seconds: 30 }, key: `task-${userId}` };
  let placed = '';
  const seen = await billing.withHold(order, async (job) => {
    job.report('12.5');
    job.report('7');
    await job.beatNow();
    placed = job.hold.id;
    return job.hold.view.reported;
  });
  expect(seen).toBe('12.5');
  expect(await chargesOf(userId)).toEqual([12.5]);
  expect(await balance(stack, userId)).toBe(87.5);
  const again = await billing.hold(userId, order.wish, order);
  expect(again.id).toBe(placed);
  expect(await again.capture('50')).toMatchObject({ captured: '12.5' });
});

it('a job that fails before it reported anything costs nothing', async () => {
  const userId = await spender(stack, 100);
  const work = () => Promise.reject(new Error('the job broke'));
  const order = { userId, wish: { amount: '50' } };
  await expect(billing.withHold(order, work)).rejects.toThrow('the job broke');
  expect(await chargesOf(userId)).toEqual([]);
  expect(await balance(stack, userId)).toBe(100);
});

it('costs are reported once, alone and together, and are found in the figures', async () => {
  const userId = await spender(stack, 100);
  const event = {
    event_id: 'e-1',
    source: 'ts',
    user_id: userId,
    track: 'slides',
    total_cost: '1',
  };
  proxy.fates.push('cut_answer');
  expect(await billing.trackCost(event)).toMatchObject({ status: 'charged', charged: '3.14' });
  const [first, second] = await billing.trackCosts([event, { ...event, event_id: 'e-2' }]);
  expect(first).toMatchObject({ replayed: true });
  expect(second).toMatchObject({ status: 'charged' });
  expect(await chargesOf(userId)).toEqual([3.14, 3.14]);
  const rows = [];
  for await (const row of billing.tracks({ user_id: String(userId), limit: 1 })) rows.push(row);
  expect(rows).toMatchObject([{ key: 'slides', count: 2, spent: '6.28', margin_rub: '4.28' }]);
});
