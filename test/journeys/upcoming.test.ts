import { newVisitor, type Visitor } from '../bot/support/visitor';
import { instantText } from '../../src/bot/display';
import { payAndSettle } from '../support/payments';
import { asOfOf, orderTopup } from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

const PLACE = { locale: 'en', timeZone: 'Europe/Moscow' } as const;
/** Later than listed by no more than this: what a worker under load takes. */
const MINUTE = 60_000;

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ hasBot: true });
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

/** What a person reads under /upcoming, line by line. */
async function linesFor(visitor: Visitor): Promise<readonly string[]> {
  const { message } = await visitor.write('/upcoming');
  return (message.text ?? '').split('\n').filter((line) => line.startsWith('•'));
}

async function stepsTaken(subscriptionId: string) {
  return stack.sql<{ name: string; asOf: Date }[]>`
    select name, as_of as "asOf" from subscription_steps
    where subscription_id = ${subscriptionId} and name not like 'wish:%'
    order by as_of, recorded_at`;
}

async function newPayer(): Promise<{ visitor: Visitor; subscriptionId: string }> {
  const visitor = newVisitor(stack);
  await visitor.write('/start');
  await payAndSettle(stack, await orderTopup(stack, visitor.id, 20_000));
  const plan = await stack.reads.subscription(visitor.id);
  if (!plan) throw new Error('nothing began with the payment');
  return { visitor, subscriptionId: plan.subscriptionId };
}

/** The screen beside the workflow it was read from; a workflow that is slow to answer shows nothing for a moment. */
async function agreed(visitor: Visitor, subscriptionId: string) {
  return until('the screen lists what the workflow will do', async () => {
    const lines = await linesFor(visitor);
    const steps = (await stack.commands.upcoming({ subscriptionId }))?.steps ?? [];
    if (lines.length === steps.length) return { lines, steps };
    // Whoever writes without a pause is soon answered nothing but to wait.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    return false;
  });
}

test('what comes next comes true line by line when the clock is moved, to the very end', async () => {
  const { visitor, subscriptionId } = await newPayer();
  const happened: string[] = [];
  for (let looks = 0; looks < 20; looks += 1) {
    const { lines, steps } = await agreed(visitor, subscriptionId);
    const [next] = steps;
    if (!next) break;
    const due = steps.filter(({ at }) => at === next.at);
    expect(lines[0]).toContain(instantText(next.at, PLACE));
    const known = (await stepsTaken(subscriptionId)).length;
    const { asOf } = await asOfOf(stack, visitor.id);
    await stack.advance(visitor.id, Date.parse(next.at) - asOf.getTime() + 2_000);
    const all = known + due.length;
    await until(`${next.name} happened`, async () => {
      return (await stepsTaken(subscriptionId)).length >= all;
    });
    const taken = (await stepsTaken(subscriptionId)).slice(known);
    expect(taken.map(({ name }) => name)).toEqual(due.map(({ name }) => name));
    const lateMs = taken.map((step) => step.asOf.getTime() - Date.parse(next.at));
    expect(Math.min(...lateMs)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...lateMs)).toBeLessThan(MINUTE);
    happened.push(...taken.map(({ name }) => name));
  }
  const reminders = ['remind:3', 'remind:1', 'remind:0'];
  const tries = ['renew:0', 'renew:1', 'renew:2', 'restrict', 'renew:3', 'renew:4', 'expire'];
  expect(happened).toEqual([...reminders, 'renew:0', ...reminders, ...tries]);
  expect(await linesFor(visitor)).toEqual([]);
  expect(visitor.shown().message.text).toContain('You have no subscription now');
}, 240_000);
