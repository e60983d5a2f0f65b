import { HOUR, MINUTE } from '../support/payments';
import { askRefund, refundStates } from '../support/refunds';
import {
  balance,
  chatTexts,
  invoiceState,
  newUser,
  openItems,
  orderVersion,
  promisedMessages,
  transferKinds,
  untilPaid,
  type Order,
} from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';
import { startRobokassa, type RobokassaFake } from '../payments/support/robokassa-fake';
import { LIVE, settingsOf } from '../payments/support/robokassa-shops';

/** What a first top-up books: the tokens, and the fee of the plan that begins with them. */
const ONCE = ['topup', 'subscription_fee'];

let robokassa: RobokassaFake;
let stack: Stack;

beforeAll(async () => {
  robokassa = await startRobokassa(LIVE);
  const settings = { ...settingsOf(LIVE, robokassa.url), isReceiptEnabled: true };
  stack = await startStack({ providers: { robokassa: settings } });
});
afterEach(() => checkBooks(stack));
afterAll(async () => {
  await stack?.stop();
  await robokassa?.stop();
});

/** Somebody orders tokens for 200 rubles and opens the page of the link they got. */
async function opened(): Promise<Order> {
  const userId = await newUser(stack);
  const tariff = await stack.reads.topupTariff(new Date());
  const { tariffVersionId } = tariff ?? { tariffVersionId: '' };
  const wish = { tariffVersionId, amountMinor: 20_000, provider: 'robokassa' };
  const order = await orderVersion(stack, userId, wish);
  const invoice = await stack.reads.invoice(order.invoiceId);
  await robokassa.visit(invoice?.paymentUrl ?? '');
  return order;
}

/** Robokassa tells ResultURL of a payment; answers what it is told in return. */
async function tell(form: string): Promise<string> {
  const body = new URLSearchParams(form);
  const response = await fetch(`${stack.http.url}/webhook/robokassa`, { method: 'POST', body });
  return `${response.status} ${await response.text()}`;
}

const questions = () => robokassa.requests.filter((path) => path.endsWith('/OpStateExt')).length;

test('an order is opened at Robokassa with its receipt, paid, credited once and told of', async () => {
  const order = await opened();
  expect(await tell(robokassa.pay(order.no))).toBe(`200 OK${order.no}`);
  await untilPaid(stack, order);
  expect(await balance(stack, order.userId)).toBe(100);
  expect(await transferKinds(stack, order.userId)).toEqual(ONCE);
  const { receipt } = robokassa.operations.get(String(order.no)) ?? {};
  const [issued] = await stack.sql`
    select content from receipts where user_id = ${order.userId}`;
  expect(JSON.parse(decodeURIComponent(receipt ?? ''))).toMatchObject({
    sno: issued?.['content'].sno,
    items: [{ name: issued?.['content'].lines[0].name.ru, sum: 200 }],
  });
  await until('the person is told', () =>
    Promise.resolve(chatTexts(stack, order.userId).some((text) => text.includes('200'))),
  );
});

test('fifty notifications of one payment are all answered OK and credit once', async () => {
  const order = await opened();
  const form = robokassa.pay(order.no);
  const atOnce = await Promise.all(Array.from({ length: 25 }, () => tell(form)));
  await untilPaid(stack, order);
  const later: string[] = [];
  for (let n = 0; n < 25; n += 1) later.push(await tell(form));
  expect(new Set([...atOnce, ...later])).toEqual(new Set([`200 OK${order.no}`]));
  expect(await transferKinds(stack, order.userId)).toEqual(ONCE);
  const told = await promisedMessages(stack, order.userId);
  expect(new Set(told).size).toBe(told.length);
  const [kept] = await stack.sql`
    select count(*)::int as rows, max(deliveries)::int as times
    from inbox_events where provider = 'robokassa' and payment_ref = ${String(order.no)}`;
  expect(kept).toEqual({ rows: 1, times: 50 });
});

test('a payment whose notification is lost is found by asking within five minutes', async () => {
  const order = await opened();
  robokassa.pay(order.no);
  await stack.advance(order.userId, 5 * MINUTE);
  await untilPaid(stack, order);
  expect(await balance(stack, order.userId)).toBe(100);
});

test('what a notification says counts only once Robokassa says so itself', async () => {
  const order = await opened();
  const form = robokassa.pay(order.no);
  robokassa.move(order.no, 50);
  const before = questions();
  expect(await tell(form)).toBe(`200 OK${order.no}`);
  await until('Robokassa is asked', () => Promise.resolve(questions() > before));
  expect(await invoiceState(stack, order)).toBe('pending');
  robokassa.move(order.no, 100);
  await stack.advance(order.userId, MINUTE);
  await untilPaid(stack, order);
  expect(await balance(stack, order.userId)).toBe(100);
});

test('a forged notification is refused, moves nothing and has its order asked about', async () => {
  const order = await opened();
  const forged = new URLSearchParams(robokassa.resultForm(order.no));
  forged.set('OutSum', '1.000000');
  expect(await tell(forged.toString())).toMatch(/^400 /);
  expect(await balance(stack, order.userId)).toBe(0);
  robokassa.pay(order.no);
  expect(await tell(forged.toString())).toMatch(/^400 /);
  await stack.advance(order.userId, 5 * MINUTE);
  await untilPaid(stack, order);
  expect(await openItems(stack, order)).toEqual([]);
});

test.each(['GET', 'POST'])(
  'a payer who comes back by %s before any notification is a reason to ask',
  async (method) => {
    const order = await opened();
    robokassa.pay(order.no);
    const query = robokassa.successQuery(order.no);
    const url = `${stack.http.url}/pay/success`;
    const land = () =>
      method === 'GET'
        ? fetch(`${url}?${query}`)
        : fetch(url, { method, body: new URLSearchParams(query) });
    expect(await (await land()).text()).toContain('data-view="checking"');
    await untilPaid(stack, order);
    expect(await (await land()).text()).toContain('data-view="paid"');
    const failed = await fetch(`${stack.http.url}/pay/fail?${query}`);
    expect(await failed.text()).toContain('data-view="paid"');
  },
);

test('what was not spent goes back under the number Robokassa gives the refund, and is booked when it is finished', async () => {
  const order = await opened();
  await tell(robokassa.pay(order.no));
  await untilPaid(stack, order);
  robokassa.script.refundLabel = 'processing';
  const asked = await askRefund(stack, String(order.no));
  expect(asked).toMatchObject({ kind: 'planned', plan: { refundMinor: 10_000 } });
  const made = () => robokassa.refunds.filter(({ invId }) => invId === String(order.no));
  await until('Robokassa is making it', () => Promise.resolve(made().length === 1));
  await stack.advance(order.userId, HOUR);
  expect(await refundStates(stack, String(order.no))).toEqual(['unknown']);
  robokassa.script.refundLabel = 'finished';
  await stack.advance(order.userId, HOUR);
  await until('the refund is booked', async () => {
    return (await refundStates(stack, String(order.no)))[0] === 'done';
  });
  expect(made()).toMatchObject([{ kopecks: 10_000, label: 'finished' }]);
  expect(await invoiceState(stack, order)).toBe('partially_refunded');
  expect(await balance(stack, order.userId)).toBe(0);
});
