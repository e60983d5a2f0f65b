import { randomUUID } from 'node:crypto';
import { priceChangeWorkflowId } from '../../workflows/billing/price-change/contract';
import { cardSubscriber, payersOf, toTheEnd, type Subscriber } from '../support/subscribers';
import { newPlan } from '../support/plans';
import { newPrice, tariffOf } from '../support/prices';
import { feesOf, subscriber, untilStands } from '../support/renewals';
import { DAY } from '../support/payments';
import { asOfOf, chatTexts, newUser } from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

let stack: Stack;
let admin: number;

beforeAll(async () => {
  stack = await startStack({ hasCatalogue: true });
  admin = await newUser(stack);
  await stack.sql`insert into roles (user_id, role, granted_by) values (${admin}, 'admin', 'test')`;
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

async function offer(versionId: string): Promise<string> {
  const priceChangeId = randomUUID();
  const outcome = await stack.commands.operate({
    ...{ operationId: priceChangeId, action: 'offer_prices', operator: { userId: admin } },
    params: { priceChangeId, ...(await tariffOf(stack.sql, versionId)) },
    reason: 'servers cost more now',
  });
  expect(outcome).toMatchObject({ kind: 'done' });
  return priceChangeId;
}

type Who = Pick<Subscriber, 'userId' | 'subscriptionId'>;

const offerIdOf = ({ subscriptionId }: Who) =>
  until('the offer', async () => {
    const [row] = await stack.sql`
      select id from price_offers where subscription_id = ${subscriptionId}`;
    return row && String(row['id']);
  });

async function answer(who: Who, tariffVersionId: string | null) {
  const offerId = await offerIdOf(who);
  return stack.commands.changeTariff({
    ...{ subscriptionId: who.subscriptionId, userId: who.userId, tariffVersionId },
    offer: { offerId, textVersion: 'price-offer-1', textHash: 'b'.repeat(64) },
  });
}

/** What the workflow is going to take next. */
async function nextPrice({ subscriptionId }: Who) {
  const course = await stack.commands.upcoming({ subscriptionId });
  return course?.steps.find(({ kind }) => kind === 'renew')?.price;
}

test('SB-23 a new price holds for whoever agreed, from the next period; no and silence keep the old one', async () => {
  const old = await newPlan(stack.sql, { slug: 'asked', period: [1, 'month'] });
  const [yes, no, silent] = [
    await subscriber(stack, 400, old),
    await subscriber(stack, 400, old),
    await subscriber(stack, 400, old),
  ];
  const newer = await newPrice(stack.sql, old, { feeTokens: 120 });
  await offer(newer);
  await until('all have read it', async () =>
    [yes, no, silent].every(({ userId }) =>
      chatTexts(stack, userId).some((text) => text.includes('A new price for the plan')),
    ),
  );
  expect(await answer(yes, newer)).toMatchObject({ kind: 'scheduled' });
  expect(await answer(no, null)).toEqual({ kind: 'withdrawn' });
  await until('its course knows', async () => {
    const price = await nextPrice(yes);
    return price?.kind === 'tokens' && price.feeUtok === 120_000_000;
  });
  expect(await nextPrice(silent)).toEqual({ kind: 'tokens', feeUtok: 100_000_000 });
  for (const who of [yes, no, silent]) {
    await stack.advance(who.userId, 31 * DAY);
    await untilStands(stack, who, { periodN: 1, state: 'active' });
    expect(await feesOf(stack, who)).toEqual(['p0 × 1', 'p1 × 1']);
  }
  const balances = await Promise.all(
    [yes, no, silent].map(async ({ userId }) => {
      const { asOf } = await asOfOf(stack, userId);
      return (await stack.reads.wallet(userId, asOf)).balanceUtok / 1_000_000;
    }),
  );
  expect(balances).toEqual([180, 200, 200]);
  // The price that was agreed to is the price from now on.
  expect(await nextPrice(yes)).toEqual({ kind: 'tokens', feeUtok: 120_000_000 });
  expect(await answer(silent, newer)).toEqual({ kind: 'refused', reason: 'offer_over' });
}, 180_000);

test('SB-23 a card is charged the agreed price, and the offer is made once whatever the worker does', async () => {
  const who = await cardSubscriber(stack);
  const [row] = await stack.sql`
    select tariff_version_id as version from subscriptions where id = ${who.subscriptionId}`;
  const newer = await newPrice(stack.sql, String(row?.['version']), { roubles: 249 });
  await stack.worker.stop();
  const begun = offer(newer);
  await stack.worker.start();
  const priceChangeId = await begun;
  expect(await answer(who, newer)).toMatchObject({ kind: 'scheduled' });
  await toTheEnd(stack, who);
  await until('it is renewed', async () => (await payersOf(stack, who)).length === 2);
  const charged = await stack.sql`
    select amount_minor::int as minor from attempts where subscription_id = ${who.subscriptionId}`;
  expect(charged.map(({ minor }) => Number(minor))).toEqual([24_900]);
  const offers = await stack.sql`
    select count(*)::int as n from price_offers where price_change_id = ${priceChangeId}`;
  expect(Number(offers[0]?.['n'])).toBe(1);
  await stack.commands.withdrawPrices({
    ...{ priceChangeId, operatorId: admin, reason: 'the test is over' },
  });
  const handle = stack.client.workflow.getHandle(priceChangeWorkflowId(priceChangeId));
  expect(await handle.result()).toMatchObject({ state: 'withdrawn', accepted: 1 });
}, 180_000);
