import { charge, report } from '../support/usage';
import { grant, transfer } from '../activities/support/transfers';
import { tokens } from '../../src/domain/tokens';
import { newOperator } from './support/roles';
import { startStage, type Stage } from './support/stage';
import { newVisitor, type Visitor } from './support/visitor';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.stop());

const photosOf = ({ id }: Visitor) =>
  stage.telegram.messages(id).filter(({ message }) => 'photo' in message);

/** Somebody with work of two tracks, free work of both kinds, and one job given back in part. */
async function worker(language: string): Promise<Visitor> {
  const visitor = newVisitor(stage, { language });
  await visitor.write('/start');
  const userId = visitor.id;
  const asOf = new Date(stage.now() - 60_000);
  const work = (change: Partial<Parameters<typeof charge>[1]>) =>
    charge(stage, { userId, requestedUtok: 0, asOf, ...change });
  await transfer(stage, { ...grant(userId, 1_000), asOf });
  for (let n = 1; n <= 9; n += 1)
    await work({ requestedUtok: tokens(n), track: 'slides', description: `deck <${n}>` });
  const free = await work({ description: 'free one' });
  await report(stage, { userId, chargeId: free, rawCost: '0', freeRequests: 2 });
  const local = await work({ description: 'local one' });
  await report(stage, { userId, chargeId: local, rawCost: '0' });
  const paid = await work({ requestedUtok: tokens(6.28), track: 'voice', description: '' });
  const llm = { model: 'big', promptTokens: 10, completionTokens: 5, totalTokens: 15 };
  await report(stage, { userId, chargeId: paid, track: 'voice', rawCost: '2', ...llm });
  return visitor;
}

it.each([
  ['ru', 'Расходы за 30 дней', '51,28', 'бесплатно', 'локальная модель', 'Раньше', '7 дней'],
  ['en', 'Costs of 30 days', '51.28', 'free', 'local model', 'Раньше|Earlier|Older', '7 days'],
])('/costs tells what work cost and why some was free, in %s', async (language, ...words) => {
  const [title = '', sum = '', free = '', local = '', , week = ''] = words;
  const visitor = await worker(language);
  await visitor.write('/costs');
  expect(photosOf(visitor).at(-1)?.message.photo?.[0]).toMatchObject({ width: 1_200, height: 520 });
  const text = visitor.shown().message.text ?? '';
  for (const word of [title, sum, 'slides', 'voice', free, local]) expect(text).toContain(word);
  expect(text).toContain('deck <9>');
  expect(text).not.toContain('deck <1>');
  await visitor.press('v1:cost:span::7');
  expect(visitor.shown().message.text).toContain(week.split(' ')[0]);
  await visitor.press('v1:cost:span::30');
  await visitor.press(olderOf(visitor));
  expect(visitor.shown().message.text).toContain('deck <1>');
  await visitor.press('v1:nav:costs');
  await visitor.press('v1:cost:pic::30');
  expect(photosOf(visitor)).toHaveLength(2);
  expect(stage.incidents).toEqual([]);
});

function olderOf(visitor: Visitor): string {
  const keyboard = visitor.shown().message.reply_markup?.inline_keyboard ?? [];
  const data = keyboard
    .flat()
    .flatMap((one) => ('callback_data' in one ? [one.callback_data] : []));
  return data.find((one) => one.startsWith('v1:cost:jobs')) ?? 'no button for older jobs';
}

it('/costs of somebody new, and forged buttons, are no error', async () => {
  const visitor = newVisitor(stage);
  await visitor.write('/costs');
  expect(visitor.shown().message.text).toContain('Nothing was spent');
  await visitor.forge('v1:cost:span::12345');
  expect(visitor.shown().message.text).toContain('Costs of 30 days');
  await visitor.forge('v1:cost:jobs');
  expect(stage.incidents).toEqual([]);
});

it('operators see usage with its margin, its picture and its table; support does not', async () => {
  await worker('en');
  const operator = await newOperator(stage, ['finance']);
  await operator.write('/stats');
  await operator.press('v1:adm:usage::30');
  const text = operator.shown().message.text ?? '';
  for (const word of ['Usage in 30 days', 'slides', 'big', 'margin']) expect(text).toContain(word);
  await operator.press('v1:adm:usepic::30');
  expect(photosOf(operator)).toHaveLength(2);
  await operator.forge('v1:adm:csv::usage');
  const files = stage.telegram.messages(operator.id).map(({ message }) => message.document);
  expect(files.at(-1)?.file_name).toMatch(/^usage-.*\.csv$/);
  const support = await newOperator(stage, ['support']);
  for (const data of ['v1:adm:usage::30', 'v1:adm:usepic::30'])
    expect((await support.forge(data)).toast).toContain('no longer works');
  expect(stage.incidents).toEqual([]);
});
