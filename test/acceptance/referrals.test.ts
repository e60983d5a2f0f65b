import { referralCode } from '../../drizzle/carried-codes';
import { payAndSettle } from '../support/payments';
import { TEST_SECRETS } from '../support/secrets';
import { balance, newUser, orderTopup, promisedMessages, untilPaid } from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

const DAY = 86_400_000;

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

/** Somebody who was brought by somebody and has topped up 500 roubles. */
async function earned() {
  const [referrer, referee] = [await newUser(stack), await newUser(stack)];
  const code = referralCode(TEST_SECRETS.apiKeyPepper, referrer);
  expect(await stack.records.bringIn({ userId: referee, code })).toBe(true);
  const order = await orderTopup(stack, referee, 50_000);
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
  return { referrer, referee, order };
}

async function stateOf(refereeId: number): Promise<string> {
  const [row] = await stack.sql`select state from referrals where referee_id = ${refereeId}`;
  return String(row?.['state']);
}

test('a reward is held back two weeks, then paid as tokens, and both are told', async () => {
  const { referrer, referee } = await earned();
  expect(await stateOf(referee)).toBe('held');
  await stack.advance(referee, 13 * DAY);
  expect(await balance(stack, referrer)).toBe(0);
  await stack.advance(referee, DAY + 3_600_000);
  await until('it is paid', async () => (await stateOf(referee)) === 'paid');
  expect(await balance(stack, referrer)).toBe(50);
  expect(await promisedMessages(stack, referrer)).toEqual(['referral.held', 'referral.paid']);
  expect(await promisedMessages(stack, referee)).toContain('referral.thanks');
}, 60_000);

test('a payment that went back during the hold earns nothing', async () => {
  const { referrer, referee, order } = await earned();
  const [payment] = await stack.sql`select id from payments where invoice_id = ${order.invoiceId}`;
  await stack.commands.openRefund({
    n: '1',
    input: {
      paymentId: String(payment?.['id']),
      origin: 'user',
      requestedBy: { kind: 'user', id: String(referee) },
      reason: 'changed my mind',
    },
  });
  await until('the money went back', async () => {
    const [row] = await stack.sql`select state from payments where id = ${String(payment?.['id'])}`;
    return String(row?.['state']).includes('refunded');
  });
  await stack.advance(referee, 15 * DAY);
  await until('it is void', async () => (await stateOf(referee)) === 'void');
  expect(await balance(stack, referrer)).toBe(0);
  expect(await promisedMessages(stack, referrer)).toEqual(['referral.held', 'referral.void']);
}, 60_000);
