import { referralCode } from '../../drizzle/carried-codes';
import { TEST_SECRETS } from '../support/secrets';
import { startStage, type Stage } from './support/stage';
import { buttonsOf, newVisitor, type Visitor } from './support/visitor';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.stop());

const textOf = (visitor: Visitor) => visitor.shown().message.text ?? '';
const codeOf = ({ id }: Visitor) => referralCode(TEST_SECRETS.apiKeyPepper, id);

async function referrerOf({ id }: Visitor): Promise<unknown> {
  const [row] =
    await stage.sql`select referrer_id::int as who from referrals where referee_id = ${id}`;
  return row?.['who'];
}

async function friend(): Promise<Visitor> {
  const visitor = newVisitor(stage);
  await visitor.write('/start');
  return visitor;
}

test('the screen shows a link to share, who joined by it and what it earned', async () => {
  const visitor = await friend();
  const newcomer = newVisitor(stage);
  await newcomer.write(`/start ref_${codeOf(visitor)}`);
  await visitor.write('/invite');
  expect(textOf(visitor)).toContain(`https://t.me/billing_test_bot?start=ref_${codeOf(visitor)}`);
  expect(textOf(visitor)).not.toContain(String(visitor.id));
  expect(textOf(visitor)).toContain('Joined by it: 1 person');
  expect(textOf(visitor)).toContain('10%');
  expect(textOf(visitor)).toContain('Earned: 0 tokens');
  expect(buttonsOf(visitor.shown()).some((one) => 'url' in one && one.url.includes('share'))).toBe(
    true,
  );
});

test('a newcomer who opens it is welcomed and remembered', async () => {
  const visitor = await friend();
  const newcomer = newVisitor(stage);
  await newcomer.write(`/start ref_${codeOf(visitor)}`);
  expect(newcomer.texts().join()).toContain('A friend has invited you');
  expect(textOf(newcomer)).toContain('What would you like to see');
  expect(await referrerOf(newcomer)).toBe(visitor.id);
});

test('a newcomer whose invitation could not be kept is brought when the update comes again', async () => {
  const visitor = await friend();
  const newcomer = newVisitor(stage);
  const lost = new Error('the connection is lost');
  const bringIn = jest.spyOn(stage.records, 'bringIn').mockRejectedValueOnce(lost);
  await newcomer.write(`/start ref_${codeOf(visitor)}`);
  expect(bringIn).toHaveBeenCalledTimes(2);
  expect(await referrerOf(newcomer)).toBe(visitor.id);
  expect(newcomer.texts().join()).toContain('A friend has invited you');
  bringIn.mockRestore();
});

test('a newcomer who only heard that something went wrong is as new when they try again', async () => {
  const visitor = await friend();
  const newcomer = newVisitor(stage);
  const takeRate = jest.spyOn(stage.records, 'takeRate').mockRejectedValueOnce(new Error('lost'));
  await newcomer.write(`/start ref_${codeOf(visitor)}`);
  expect(await referrerOf(newcomer)).toBeUndefined();
  await newcomer.write(`/start ref_${codeOf(visitor)}`);
  expect(await referrerOf(newcomer)).toBe(visitor.id);
  takeRate.mockRestore();
  const other = await friend();
  await newcomer.write(`/start ref_${codeOf(other)}`);
  expect(await referrerOf(newcomer)).toBe(visitor.id);
});

test('somebody who has been here before simply sees the menu', async () => {
  const [visitor, other] = [await friend(), await friend()];
  await other.write(`/start ref_${codeOf(visitor)}`);
  expect(other.texts().join()).not.toContain('invited');
  expect(await referrerOf(other)).toBeUndefined();
});

test.each(['ref_nobody', 'ref_00000000000', `ref_' or 1=1`])(
  'a link that leads to nobody shows the menu: %s',
  async (payload) => {
    const newcomer = newVisitor(stage);
    await newcomer.write(`/start ${payload}`);
    expect(textOf(newcomer)).toContain('What would you like to see');
    expect(await referrerOf(newcomer)).toBeUndefined();
  },
);

test('the invitation outlives the question about the terms', async () => {
  const asking = await startStage({ asksTerms: true });
  try {
    const visitor = newVisitor(asking);
    await visitor.write('/start');
    await visitor.press('v1:terms:yes');
    const newcomer = newVisitor(asking);
    await newcomer.write(`/start ref_${codeOf(visitor)}`);
    await newcomer.press('v1:terms:yes');
    const [row] = await asking.sql`
      select referrer_id::int as who from referrals where referee_id = ${newcomer.id}`;
    expect(row?.['who']).toBe(visitor.id);
  } finally {
    await asking.stop();
  }
});
