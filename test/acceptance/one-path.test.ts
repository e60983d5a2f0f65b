import { markPaidUpdate } from '../../workflows/billing/contract';
import {
  asOfOf,
  invoiceState,
  newUser,
  openItems,
  orderVersion,
  promisedMessages,
  untilPaid,
  type Order,
} from '../support/shop';
import { HOUR, MINUTE, pay, payAndSettle, paymentCard } from '../support/payments';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ hasCatalogue: true, hasBot: true });
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

/** Tokens and a period in one order: everything a payment can lead to. */
async function orderPremium(provider: 'mock' | 'stars'): Promise<Order> {
  const userId = await newUser(stack);
  const tariff = await stack.reads.tariffBySlug('premium', (await asOfOf(stack, userId)).asOf);
  const currency = provider === 'mock' ? 'RUB' : 'XTR';
  const tariffVersionId = tariff?.tariffVersionId ?? '';
  return orderVersion(stack, userId, { tariffVersionId, provider, currency });
}

/** The ledger of an order with money in units of its price, so that rubles and Stars compare. */
async function ledgerOf(order: Order): Promise<unknown> {
  const entries = await stack.sql`
    select t.kind, t.meta, replace(replace(split_part(a.code, ':', 1) || ':' || split_part(a.code, ':', 2),
        i.user_id::text, 'owner'), i.provider, 'provider') as account,
      case when a.asset = 'TOK' then e.amount::text
        else (e.amount / i.pay_amount_minor)::text || ' × price' end as amount
    from transfers t join entries e on e.transfer_id = t.id join accounts a on a.id = e.account_id
    join invoices i on i.id = t.invoice_id
    where i.id = ${order.invoiceId} order by account, amount`;
  const lots = await stack.sql`
    select origin, paid, original_utok::text, remaining_utok::text, priority,
      (unit_price_minor_num / i.pay_amount_minor)::text as price
    from lots l join invoices i on i.id = l.invoice_id where i.id = ${order.invoiceId}`;
  const periods = await stack.sql`
    select p.n, p.ends_at - p.starts_at as length, p.paid_by, s.state, s.access
    from subscription_periods p join subscriptions s on s.id = p.subscription_id
    where s.user_id = ${order.userId}`;
  const [invoice] = await stack.sql`
    select i.state, fulfilled_as, p.state as payment, p.rank
    from invoices i join payments p on p.invoice_id = i.id where i.id = ${order.invoiceId}`;
  const messages = await promisedMessages(stack, order.userId);
  const items = await openItems(stack, order);
  return {
    entries: [...entries],
    lots: [...lots],
    periods: [...periods],
    invoice,
    messages,
    items,
  };
}

async function byWebhook(): Promise<Order> {
  const order = await orderPremium('mock');
  await payAndSettle(stack, order);
  return order;
}

async function byPoll(): Promise<Order> {
  const order = await orderPremium('mock');
  await stack.mock.control.pay(order.no, { drop: true }).tried;
  await stack.advance(order.userId, 3 * MINUTE);
  return order;
}

async function byOperator(): Promise<Order> {
  const order = await orderPremium('mock');
  const { paymentId } = await pay(stack, order, {
    states: ['authorised'],
    status: { answer: 'unknown', forMs: HOUR },
  });
  await until(
    'the bank does not say',
    async () => (await paymentCard(stack, paymentId)).phase === 'asking',
  );
  const repair = {
    operatorId: 'finance-1',
    reason: 'the statement of the bank shows it',
    evidence: 'statement 2026-11, line 7',
  };
  const handle = stack.client.workflow.getHandle(`pay:mock:${paymentId}`);
  await handle.executeUpdate(markPaidUpdate, { args: [repair] });
  await untilPaid(stack, order);
  const [audited] = await stack.sql`
    select actor_kind, actor_id, reason from audit_log
    where action = 'payment.received' and workflow_id = ${`pay:mock:${paymentId}`}`;
  expect(audited).toMatchObject({
    actor_kind: 'operator',
    actor_id: 'finance-1',
    reason: 'the statement of the bank shows it (evidence: statement 2026-11, line 7)',
  });
  return order;
}

async function byStars(): Promise<Order> {
  const order = await orderPremium('stars');
  const link = (await stack.reads.invoice(order.invoiceId))?.paymentUrl ?? '';
  const outcome = await stack.telegram.pay(order.userId, { link });
  expect(outcome.status).toBe('paid');
  return order;
}

test('T-A14 webhook, poll, Stars and operator give equal ledgers', async () => {
  const ways = [await byWebhook(), await byPoll(), await byStars(), await byOperator()];
  for (const order of ways) await untilPaid(stack, order);
  const [expected, ...others] = await Promise.all(ways.map(ledgerOf));
  expect(expected).toMatchObject({
    lots: [{ origin: 'pack', paid: true, original_utok: '100000000', price: '1' }],
    periods: [{ n: 0, paid_by: 'invoice', state: 'active', access: 'full' }],
    invoice: { state: 'paid', fulfilled_as: 'order', payment: 'paid' },
    messages: ['pay.ok.order'],
    items: [],
  });
  for (const ledger of others) expect(ledger).toEqual(expected);
  const evidence = await stack.sql`
    select evidence from payments order by array_position(${ways.map((one) => one.invoiceId)}, invoice_id::text)`;
  expect(evidence.map((row) => String(row['evidence']))).toEqual([
    'asked',
    'asked',
    'signed',
    'operator',
  ]);
});

test('T-P3 Stars for a closed order are refused before they are taken', async () => {
  const order = await orderPremium('stars');
  const link = (await stack.reads.invoice(order.invoiceId))?.paymentUrl ?? '';
  const { invoiceId, userId } = order;
  await stack.commands.cancelCheckout({ invoiceId, userId });
  expect((await stack.telegram.pay(userId, { link })).status).toBe('declined');
  expect(await invoiceState(stack, order)).toBe('cancelled');
  expect(stack.telegram.charges().filter((charge) => charge.personId === userId)).toEqual([]);
});
