import { newTrial, newTrialCode, tariffIdOf } from '../support/trials';
import { startStage, type Stage } from './support/stage';
import { buttonsOf, newVisitor } from './support/visitor';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage({ hasCatalogue: true });
  await newTrial(stage.sql, { slug: 'week' });
});
afterAll(() => stage.stop());

async function dialogueOf(userId: number): Promise<unknown> {
  const [row] = await stage.sql`select state from dialogues where user_id = ${userId}`;
  return row?.['state'];
}

const completed = () => stage.commands.asked.filter(({ name }) => name === 'completeFreeOrder');

test.each([
  ['in a dialogue', ['/trial', ' week ']],
  ['behind the command', ['/trial WEEK']],
  ['by a link', ['/start promo_WEEK']],
])('the code of a trial, %s, leads to its confirmation', async (_how, words) => {
  const visitor = newVisitor(stage);
  for (const word of words) await visitor.write(word);
  const { text } = visitor.shown().message;
  expect(text).toContain('Trial week');
  expect(text).toContain('You get: 30 tokens');
  expect(text).toContain('Period: 7 days');
  expect(text).toContain('To pay: nothing');
  expect(buttonsOf(visitor.shown()).map((one) => one.text)).toEqual(['✅ Activate', '❌ Cancel']);
  expect(await dialogueOf(visitor.id)).toBeUndefined();
});

test('T-D5 a double tap completes one order, says so in one text, and no question is open', async () => {
  const visitor = newVisitor(stage);
  await visitor.write('/trial');
  expect(await dialogueOf(visitor.id)).toMatchObject({ kind: 'trial_code' });
  await visitor.write('WEEK');
  const before = completed().length;
  const button = buttonsOf(visitor.shown())[0];
  const data = button && 'callback_data' in button ? button.callback_data : '';
  await visitor.press(data);
  const texts = visitor.texts();
  await visitor.forge(data);
  expect(visitor.texts()).toEqual(texts);
  expect(visitor.shown().message.text).toContain('Done');
  const asked = completed().slice(before);
  expect(new Set(asked.map((call) => JSON.stringify(call.with))).size).toBe(1);
  expect(await dialogueOf(visitor.id)).toBeUndefined();
  expect(stage.commands.asked.filter(({ name }) => name === 'openCheckout')).toEqual([]);
});

test.each([
  ...(['trial_used', 'trial_not_stacked', 'trial_not_new'] as const),
  ...(['trial_too_early', 'trial_too_late', 'money_frozen'] as const),
])('a refusal is told kindly: %s', async (reason) => {
  const visitor = newVisitor(stage);
  await visitor.write('/trial WEEK');
  stage.commands.next('completeFreeOrder', () => Promise.resolve({ kind: 'refused', reason }));
  await visitor.press('Activate');
  expect(visitor.shown().message.text).not.toContain('Done');
  expect(visitor.shown().message.text?.length).toBeGreaterThan(20);
});

test('T-V17 a discount bound to a paid tariff opens no trial, and the question stays open', async () => {
  const tariffId = await tariffIdOf(stage.sql, 'premium');
  await newTrialCode(stage.sql, { code: 'FIVE-OFF', tariffId, kind: 'percent' });
  const visitor = newVisitor(stage);
  await visitor.write('/trial');
  const answer = await visitor.write('FIVE-OFF');
  expect(answer.message.text).toContain('does not open a trial');
  expect(await dialogueOf(visitor.id)).toMatchObject({ kind: 'trial_code' });
  const quotes = await stage.sql`select id from quotes where user_id = ${visitor.id}`;
  expect(quotes).toEqual([]);
  expect((await visitor.write('WEEK')).message.text).toContain('Trial week');
});

test.each([`%`, `W_EK`, `' or 1=1`, 'x'.repeat(3_000)])(
  'what is no code is answered and may be typed again: %.10s',
  async (typed) => {
    const visitor = newVisitor(stage);
    await visitor.write('/trial');
    expect((await visitor.write(typed)).message.text).toContain('not valid');
    expect(await dialogueOf(visitor.id)).toMatchObject({ kind: 'trial_code' });
  },
);

test('a code that somebody used already ends the question politely', async () => {
  const visitor = newVisitor(stage);
  await visitor.write('/trial WEEK');
  await stage.sql`
    insert into promo_uses (id, code_id, user_id, slot, quote_id, state)
    select gen_random_uuid(), k.id, ${visitor.id}, 1, q.id, 'confirmed'
    from promo_codes k, quotes q where k.code = 'WEEK' and q.user_id = ${visitor.id}`;
  await visitor.write('/trial');
  const answer = await visitor.write('WEEK');
  expect(answer.message.text).toContain('already had this trial');
  expect(await dialogueOf(visitor.id)).toBeUndefined();
});

test('a button that outlived its quote is offered anew', async () => {
  const visitor = newVisitor(stage);
  await visitor.write('/trial WEEK');
  stage.advance(20 * 60_000);
  const before = completed().length;
  await visitor.press('Activate');
  expect(completed()).toHaveLength(before);
  expect(visitor.shown().message.text).toContain('Trial week');
  await visitor.press('Activate');
  expect(completed()).toHaveLength(before + 1);
});
