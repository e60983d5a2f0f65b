import { v7 } from 'uuid';
import { apiClient, spender, type ApiClient } from '../support/api';
import { balance } from '../support/shop';
import { checkBooks, startStack, type Stack } from '../support/stack';

let stack: Stack;
let client: ApiClient;

beforeAll(async () => {
  stack = await startStack();
  client = await apiClient(stack);
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

const job = (amount: number | string) => ({ amount, description: 'a picture of a cat' });

test('T-B1 a spend over HTTP with a key takes the tokens and tells what it left', async () => {
  const userId = await spender(stack, 100);
  const { status, json } = await client.call('POST', `/users/${userId}/spend`, {
    body: job('9.84'),
  });
  expect(status).toBe(200);
  expect(json).toMatchObject({
    amount: '9.84',
    amount_utok: '9840000',
    balance_before: '100',
    balance_after: '90.16',
    available_after_utok: '90160000',
    lots: [{ amount: '9.84' }],
  });
  expect(await balance(stack, userId)).toBe(90.16);
});

test('T-V10 of three parallel spends of 50 on 100 tokens two pass and one hears what is missing', async () => {
  const userId = await spender(stack, 100);
  const answers = await Promise.all(
    [1, 2, 3].map(() => client.call('POST', `/users/${userId}/spend`, { body: job(50) })),
  );
  const refused = answers.filter(({ status }) => status === 409);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
  expect(refused.map(({ json }) => json)).toEqual([
    expect.objectContaining({ code: 'insufficient_balance', required: '50', available: '0' }),
  ]);
});

test('a batch answers every item by itself, and one refused item changes nothing for the others', async () => {
  const [rich, poor] = [await spender(stack, 100), await spender(stack, 1)];
  const items = [
    { user_id: rich, ...job(10), idempotency_key: v7() },
    { user_id: poor, ...job(10), idempotency_key: v7() },
    { user_id: 999, ...job(10), idempotency_key: v7() },
  ];
  const { status, json } = await client.call('POST', '/spends/batch', { body: { items } });
  expect(status).toBe(200);
  expect(json['results']).toMatchObject([
    { status: 200, body: { amount: '10' }, problem: null, replayed: false },
    { status: 409, body: null, problem: { code: 'insufficient_balance', available: '1' } },
    { status: 404, body: null, problem: { code: 'user_not_found' } },
  ]);
});
