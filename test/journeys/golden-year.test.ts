import { cpus, loadavg } from 'node:os';
import { expectGolden, ledgerOf, transcript } from '../support/archetypes/golden';
import { newPlan } from '../support/archetypes/plans';
import { DAY, pay, untilSettled } from '../support/payments';
import { asOfOf, newUser } from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

const BEGINS_MS = Date.parse('2048-03-01T10:00:00.000Z');
const CONSENT = { by: 'saved_method', textVersion: 'autopay-1', textHash: 'a'.repeat(64) } as const;
/** Of a machine of one's own: whatever else it does makes it so much slower. */
const mostSeconds = () => 60 * Math.max(1, (loadavg()[0] ?? 0) / cpus().length);

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ settings: { reminderDays: '3' } });
});
afterAll(() => stack?.stop());

/** A month for 299 roubles, paid by a card that is left to renew it. */
async function subscribe(userId: number): Promise<void> {
  const tariffVersionId = await newPlan(stack, { unit: 'month', roubles: 299 });
  await stack.sql`
    update users set clock_offset_ms = ${BEGINS_MS - Date.now()}, locale = 'ru' where id = ${userId}`;
  const { asOf, offsetMs: clockOffsetMs } = await asOfOf(stack, userId);
  stack.mock.control.setClock(clockOffsetMs, String(userId));
  const wish = { userId, asOf, currency: 'RUB', tariffVersionId } as const;
  const quote = await stack.records.createQuote(wish);
  if (quote.kind !== 'quoted') throw new Error(`no quote: ${quote.reason}`);
  const { quoteId } = quote;
  const order = { quoteId, userId, provider: 'mock', clockOffsetMs, savesMethod: true };
  await stack.commands.openCheckout({ ...order, renewal: CONSENT });
  const invoice = await stack.reads.invoice(quoteId);
  const placed = { invoiceId: quoteId, no: invoice?.no ?? 0, userId };
  const { paymentId } = await pay(stack, placed, { savesMethod: true });
  await untilSettled(stack, paymentId);
}

/** A year in days; before each charge named, the bank is told to decline it. */
async function liveAYear(userId: number, declinedAfterDays: readonly number[]): Promise<void> {
  let lived = 0;
  for (const day of declinedAfterDays) {
    await stack.advance(userId, (day - lived) * DAY);
    stack.mock.control.fault({ declineCode: 'insufficient_funds' });
    lived = day;
  }
  await stack.advance(userId, (366 - lived) * DAY);
}

test('OPS-20 a year of a monthly plan with two failed cards takes less than a minute and is as recorded', async () => {
  const userId = await newUser(stack);
  await subscribe(userId);
  const startedAt = performance.now();
  await liveAYear(userId, [110, 230]);
  const seconds = (performance.now() - startedAt) / 1_000;
  await until('every message', async () => {
    const waiting = await stack.sql`
      select 1 from outbox_messages where user_id = ${userId} and state = 'queued'`;
    return waiting.length === 0;
  });
  expectGolden('year.ledger.txt', await ledgerOf(stack, userId));
  expectGolden('year.chat.txt', transcript(stack, userId));
  await checkBooks(stack);
  expect(seconds).toBeLessThan(mostSeconds());
}, 240_000);
