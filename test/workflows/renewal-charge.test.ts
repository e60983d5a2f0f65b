import {
  cancelSubscriptionUpdate,
  upcomingQuery,
} from '../../workflows/billing/subscription/contract';
import { until } from '../support/until';
import { USER_ID } from './support/cast';
import { bankRoles, orderedRows, PAID, REFUSED, SILENT, type Bank } from './support/renewal-charge';
import {
  asked as stepsAsked,
  begin,
  change,
  due,
  rowsOf,
  subscriptionRoles,
  type Rows,
  type SubscriptionHandle,
} from './support/subscriptions';
import { shown } from './support/seen';
import { DAY, HOUR, MINUTE, openTheatre, type Roles, type Theatre } from './support/theatre';

let theatre: Theatre;
let rows: Rows;

beforeAll(async () => {
  theatre = await openTheatre();
});
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

const OWNER = { actor: { kind: 'user', id: String(USER_ID) } } as const;
const sends = () => theatre.calls('sendRenewalCharge').length;
const questions = () => theatre.calls('askRenewalCharge').length;
const posted = () => theatre.calls('postPayment').length;

async function charged(bank: Bank, roles: Roles = {}): Promise<SubscriptionHandle> {
  rows = orderedRows();
  theatre.play({ ...subscriptionRoles(rows), ...bankRoles(rows, bank), ...roles });
  return begin(theatre, rows);
}

async function untilRenewed(handle: SubscriptionHandle): Promise<void> {
  await until('it is renewed', async () => (await handle.query(upcomingQuery))?.periodN === 1);
}

test('a charge that is paid at once is sent once, and its money is booked by the payment’s own workflow', async () => {
  const handle = await charged({ sent: [PAID], asked: [] });
  await untilRenewed(handle);
  expect([sends(), questions(), posted()]).toEqual([1, 0, 1]);
});

test('after a soft refusal the next try waits for its day', async () => {
  const handle = await charged({ sent: [REFUSED], asked: [] });
  await until('it was refused', async () => sends() === 1);
  await theatre.pass(handle.workflowId, 23 * HOUR);
  expect(stepsAsked(theatre)).toEqual([]);
  await theatre.pass(handle.workflowId, 2 * HOUR);
  expect(stepsAsked(theatre)).toEqual(['renew:1']);
  expect([sends(), posted()]).toEqual([1, 0]);
});

test('after a hard refusal nothing is left but the end', async () => {
  const refused = (all: Rows) => change(all, { steps: [due('expire', 'expire', 8)] });
  const handle = await charged({ sent: [REFUSED], asked: [], refused });
  await until('it was refused', async () => sends() === 1);
  await theatre.pass(handle.workflowId, 9 * DAY);
  expect(await handle.result()).toEqual({ state: 'expired' });
  expect(sends()).toBe(1);
});

test('an outcome that is unknown at first is asked about until the money is there, and sent once', async () => {
  const handle = await charged({ sent: [SILENT], asked: [SILENT, SILENT, PAID] });
  await until('it was sent', async () => sends() === 1);
  await theatre.pass(handle.workflowId, MINUTE);
  await untilRenewed(handle);
  expect([sends(), questions(), posted()]).toEqual([1, 3, 1]);
});

test('an outcome that turns out a refusal leads to the next try, and books nothing', async () => {
  const handle = await charged({ sent: [SILENT], asked: [SILENT, REFUSED] });
  await until('it was sent', async () => sends() === 1);
  await theatre.pass(handle.workflowId, MINUTE);
  await until('it was refused', async () => questions() === 2);
  await theatre.pass(handle.workflowId, DAY);
  expect(stepsAsked(theatre)).toEqual(['renew:1']);
  expect([sends(), posted()]).toEqual([1, 0]);
});

test('a charge that the bank knows nothing of is sent again in the same breath', async () => {
  const handle = await charged({ sent: [SILENT, PAID], asked: [{ kind: 'none' }] });
  await until('it was sent', async () => sends() === 1);
  await theatre.pass(handle.workflowId, MINUTE);
  await untilRenewed(handle);
  expect([sends(), questions(), posted()]).toEqual([2, 1, 1]);
});

test('a worker that died with the answer leaves it unknown: asked about, never sent again', async () => {
  const handle = await charged({ sent: [new Error('the worker died')], asked: [PAID] });
  await until('it was sent', async () => sends() === 1);
  await theatre.pass(handle.workflowId, 2 * MINUTE);
  await untilRenewed(handle);
  expect([sends(), posted()]).toEqual([1, 1]);
});

test('an outcome that stays unknown is shown when it is due, between two questions', async () => {
  const handle = await charged({ sent: [SILENT], asked: [] });
  await until('it was sent', async () => sends() === 1);
  const at = (ms: number) => new Date(Date.now() + ms).toISOString();
  const steps = [{ kind: 'ask', name: 'ask:9', at: at(HOUR) }] as const;
  const charge = { since: at(0), isStuck: false, stuckAt: at(15 * MINUTE) };
  change(rows, { steps, charge });
  await handle.signal('fundsArrived');
  await until('it has looked', async () => (await handle.query(upcomingQuery))?.charge);
  await theatre.pass(handle.workflowId, 14 * MINUTE);
  expect((await shown(theatre.client, handle)).attributes).not.toHaveProperty('StuckReason');
  await theatre.pass(handle.workflowId, 2 * MINUTE);
  const { attributes, details } = await shown(theatre.client, handle);
  expect(attributes).toMatchObject({ BillingState: 'past_due', StuckReason: 'unknown' });
  expect(details).toContain('Needs attention: unknown');
  expect((await handle.query(upcomingQuery))?.charge).toEqual({
    since: charge.since,
    isStuck: true,
  });
  expect(questions()).toBe(0);
});

test('a charge that is known in time is never shown', async () => {
  const handle = await charged({ sent: [SILENT], asked: [] });
  await until('it was sent', async () => sends() === 1);
  const at = (ms: number) => new Date(Date.now() + ms).toISOString();
  const steps = [{ kind: 'ask', name: 'ask:9', at: at(HOUR) }] as const;
  change(rows, { steps, charge: { since: at(0), isStuck: false, stuckAt: at(15 * MINUTE) } });
  await handle.signal('fundsArrived');
  await until('it has looked', async () => (await handle.query(upcomingQuery))?.charge);
  await theatre.pass(handle.workflowId, 10 * MINUTE);
  const { subscriptionId } = rows.course!;
  rows.course = rowsOf({ subscriptionId }).course;
  await handle.signal('fundsArrived');
  await until('it is active', async () => (await handle.query(upcomingQuery))?.state === 'active');
  await theatre.pass(handle.workflowId, HOUR);
  expect((await shown(theatre.client, handle)).attributes).not.toHaveProperty('StuckReason');
});

test('a bank that cannot be asked for a while is asked later', async () => {
  const broken = () => new Error('the adapter is broken');
  const asked = [broken(), broken(), broken(), PAID];
  const handle = await charged({ sent: [SILENT], asked });
  await until('it was sent', async () => sends() === 1);
  await theatre.pass(handle.workflowId, 3 * MINUTE);
  await untilRenewed(handle);
  expect([sends(), posted()]).toEqual([1, 1]);
});

test('a cancel while the charge is in flight waits for it, and starts no other one', async () => {
  const refused = (all: Rows) => change(all, { state: 'expired', access: 'none', steps: [] });
  const handle = await charged(
    { sent: [SILENT], asked: [SILENT, REFUSED], refused },
    { grantWish: () => Promise.resolve({ kind: 'done', effect: 'waits_for_charge' }) },
  );
  await until('it was sent', async () => sends() === 1);
  const answer = await handle.executeUpdate(cancelSubscriptionUpdate, { args: [OWNER] });
  expect(answer).toMatchObject({ effect: 'waits_for_charge' });
  await theatre.pass(handle.workflowId, MINUTE);
  expect(await handle.result()).toEqual({ state: 'expired' });
  expect([sends(), posted()]).toEqual([1, 0]);
});
