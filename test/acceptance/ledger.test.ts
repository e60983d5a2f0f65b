import { tokenAccount, wallet } from '../../activities/billing/accounts';
import { InsufficientBalanceError, postTransfer } from '../../activities/billing/ledger';
import { inTransaction } from '../../activities/transactions';
import { UTOK_PER_TOKEN } from '../../src/domain/tokens';
import { balance, newUser } from '../support/shop';
import { checkBooks, startStack, type Stack } from '../support/stack';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ hasWorker: false });
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

type Outcome = 'posted' | 'repeated' | 'insufficient';

/** Posts a credit or, when negative, a debit, in micro-tokens. Anything but a refusal of the ledger is thrown. */
async function post(userId: number, key: string, amount: number): Promise<Outcome> {
  const isCredit = amount > 0;
  try {
    const posted = await inTransaction(stack.database.db, (tx) =>
      postTransfer(tx, {
        key: `test:${userId}:${key}`,
        kind: isCredit ? 'adjustment' : 'spend',
        legs: [
          { account: tokenAccount(isCredit ? 'issuance' : 'spend'), amount: -amount },
          { account: wallet(userId), amount },
        ],
        userId,
        asOf: new Date(),
        ...(isCredit ? { lot: { origin: 'adjustment' as const } } : {}),
      }),
    );
    return posted.isRepeat ? 'repeated' : 'posted';
  } catch (error) {
    if (error instanceof InsufficientBalanceError) return 'insufficient';
    throw error;
  }
}

function count(outcomes: readonly Outcome[], wanted: Outcome): number {
  return outcomes.filter((outcome) => outcome === wanted).length;
}

test('T-P14 two hundred parallel credits and debits of one wallet add up exactly', async () => {
  const userId = await newUser(stack);
  await post(userId, 'start', 500 * UTOK_PER_TOKEN);
  const amounts = Array.from({ length: 200 }, (_, index) =>
    index % 2 === 0 ? 3_141_593 + index : -(2_718_281 + index),
  );
  const outcomes = await Promise.all(
    amounts.map((amount, index) => post(userId, String(index), amount)),
  );
  expect(count(outcomes, 'posted')).toBe(200);
  const sum = amounts.reduce((total, amount) => total + amount, 500 * UTOK_PER_TOKEN);
  expect(await balance(stack, userId)).toBe(sum / UTOK_PER_TOKEN);
});

test('T-P14 parallel debits beyond the balance stop at zero and are refused, not lost', async () => {
  const userId = await newUser(stack);
  await post(userId, 'start', 100 * UTOK_PER_TOKEN);
  const keys = Array.from({ length: 60 }, (_, index) => String(index));
  const outcomes = await Promise.all(keys.map((key) => post(userId, key, -3 * UTOK_PER_TOKEN)));
  expect(count(outcomes, 'posted')).toBe(33);
  expect(count(outcomes, 'insufficient')).toBe(27);
  expect(await balance(stack, userId)).toBe(1);
});

test('T-P14 one key posted two hundred times in parallel counts once', async () => {
  const userId = await newUser(stack);
  const outcomes = await Promise.all(
    Array.from({ length: 200 }, () => post(userId, 'same', 7 * UTOK_PER_TOKEN)),
  );
  expect(count(outcomes, 'posted')).toBe(1);
  expect(count(outcomes, 'repeated')).toBe(199);
  expect(await balance(stack, userId)).toBe(7);
});
