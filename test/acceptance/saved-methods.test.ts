import { promisedMessages } from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';
import {
  cardSubscriber,
  paymentsAtBank,
  sendIntoSilence,
  standingOf,
  toTheEnd,
  triesOf,
  type Subscriber,
} from '../support/subscribers';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ hasCatalogue: true });
});
afterEach(() => checkBooks(stack));
afterAll(() => stack.stop());

async function cardOf({ userId }: Subscriber) {
  const [row] = await stack.sql`
    select id, state, length(token_enc)::int as bytes from payment_methods where user_id = ${userId}`;
  return { methodId: String(row?.['id']), state: row?.['state'], bytes: Number(row?.['bytes']) };
}

const remove = ({ userId }: Subscriber, methodId: string) =>
  stack.commands.removeMethod({ methodId, userId, clockOffsetMs: 0 });

/** The card as the bank knows it, by the payment that left it. */
const atBank = (who: Subscriber) => {
  const [payment] = paymentsAtBank(stack, who);
  return stack.mock.control.book.methods.all().find(({ paymentId }) => paymentId === payment?.id);
};

/** As somebody would who still had the token: another charge for the order that left it. */
async function chargeAtBank(who: Subscriber) {
  const { url } = stack.mock;
  const response = await fetch(`${url}/api/methods/${atBank(who)?.id ?? ''}/charge`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'mock-api-key' },
    body: JSON.stringify({ key: 'another', invoiceNo: String(who.order.no) }),
  });
  return { status: response.status, answer: (await response.json()) as unknown };
}

test('a card that was removed is charged no more: not by the next renewal, and the bank refuses its token', async () => {
  const who = await cardSubscriber(stack);
  const { methodId } = await cardOf(who);
  expect(await remove(who, methodId)).toEqual({ kind: 'removed' });
  await until('the token is forgotten', async () => (await cardOf(who)).state === 'revoked');
  expect(await cardOf(who)).toEqual({ methodId, state: 'revoked', bytes: 0 });
  expect(atBank(who)?.state).toBe('revoked');
  expect(await chargeAtBank(who)).toEqual({ status: 409, answer: { error: 'method_revoked' } });
  await toTheEnd(stack, who);
  await until('the period is over', async () => (await standingOf(stack, who)).state === 'expired');
  expect(await triesOf(stack, who)).toEqual([]);
  expect(paymentsAtBank(stack, who)).toHaveLength(1);
  const told = (await promisedMessages(stack, who.userId)).filter((t) => t === 'method.removed');
  expect(told).toHaveLength(1);
});

test('a bank that is down learns of it when it is back, and until then nothing is charged', async () => {
  const who = await cardSubscriber(stack);
  const { methodId } = await cardOf(who);
  stack.mock.control.outage({ scope: 'method', answer: 'error', requests: 2 });
  expect(await remove(who, methodId)).toEqual({ kind: 'removed' });
  expect((await cardOf(who)).state).toBe('removing');
  await stack.advance(who.userId, 10 * 60_000);
  await until('the bank knows', async () => (await cardOf(who)).state === 'revoked');
  expect(atBank(who)?.state).toBe('revoked');
});

test('a card whose charge has no outcome yet stays until it has one', async () => {
  const who = await cardSubscriber(stack);
  const { methodId } = await cardOf(who);
  const paymentId = await sendIntoSilence(stack, who);
  expect(await remove(who, methodId)).toEqual({ kind: 'refused', reason: 'charging' });
  await stack.mock.control.move(paymentId, 'paid')?.tried;
  await until('the period is paid', async () => (await standingOf(stack, who)).state === 'active');
  expect(await remove(who, methodId)).toEqual({ kind: 'removed' });
});
