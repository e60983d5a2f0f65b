import { newOperator } from '../support/roles';
import { startStage, type Stage } from '../support/stage';
import { buttonsOf, newVisitor, type Visitor } from '../support/visitor';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.stop());

const RU = 'Скидки <b>только сегодня</b>';
const EN = 'A sale, <b>today only</b>';
const labels = (visitor: Visitor) => buttonsOf(visitor.shown()).map(({ text }) => text);
const startsAsked = () => stage.commands.asked.filter(({ name }) => name === 'operate');

async function reader(): Promise<Visitor> {
  const visitor = newVisitor(stage);
  await visitor.write('/start');
  await visitor.write('/settings');
  await visitor.press('Send me news');
  return visitor;
}

const marketing = async (userId: number) => {
  const [row] = await stage.sql`
    select marketing_ok as ok,
      (select count(*)::int from consents where user_id = users.id and kind = 'marketing') as given,
      (select count(*)::int from consents where user_id = users.id and kind = 'marketing'
         and withdrawn_at is not null) as withdrawn
    from users where id = ${userId}`;
  return row;
};

it('news are agreed to and ended in the settings, each time with a consent', async () => {
  const visitor = await reader();
  expect(await marketing(visitor.id)).toEqual({ ok: true, given: 1, withdrawn: 0 });
  expect(visitor.shown().message.text).toContain('News and offers: on');
  await visitor.press('No more news');
  expect(await marketing(visitor.id)).toEqual({ ok: false, given: 1, withdrawn: 1 });
  expect(visitor.shown().message.text).toContain('News and offers: off');
});

it('the button under a broadcast ends them and leaves the message', async () => {
  const visitor = await reader();
  const before = visitor.shown().message.text;
  const { toast, isAlert } = await visitor.forge('v1:news:off');
  expect(toast).toContain('No more news for you');
  expect(isAlert).toBe(true);
  expect(visitor.shown().message.text).toBe(before);
  expect(await marketing(visitor.id)).toEqual({ ok: false, given: 1, withdrawn: 1 });
});

it('a broadcast is written in both languages, previewed, counted, explained and started once', async () => {
  await stage.sql`update users set marketing_ok = false`;
  await reader();
  const admin = await newOperator(stage, ['admin']);
  await admin.write('/broadcast');
  await admin.press('New broadcast');
  await admin.write(RU);
  expect(admin.texts().at(-2)).toBe('Скидки только сегодня');
  await admin.write(EN);
  expect(admin.texts().at(-2)).toBe('A sale, today only');
  expect(labels(admin)).toEqual(['Everybody', 'Subscribers', 'Former subscribers']);
  const confirm = await admin.press('Everybody');
  expect(confirm.message.message.text).toContain('1 person who agreed');
  await admin.write('the autumn sale begins');
  const before = startsAsked().length;
  await admin.press('✅');
  expect(
    startsAsked()
      .slice(before)
      .map((one) => one.with),
  ).toMatchObject([
    {
      action: 'start_broadcast',
      params: { audience: 'all', textRu: RU, textEn: EN },
      reason: 'the autumn sale begins',
    },
  ]);
});

it('broken markup and long texts are refused, and the question stays open', async () => {
  const admin = await newOperator(stage, ['admin']);
  await admin.write('/broadcast');
  await admin.press('New broadcast');
  expect((await admin.write('a <b>broken text')).message.text).toContain('markup cannot be read');
  expect((await admin.write('x'.repeat(3_600))).message.text).toContain('Too long');
  expect((await admin.write(RU)).message.text).toContain('English');
});

it('one under way shows how far it is and can be paused and cancelled', async () => {
  const admin = await newOperator(stage, ['admin']);
  const id = '0198a000-0000-4000-8000-000000000001';
  await stage.sql`
    insert into broadcasts (id, created_by, audience, text_ru, text_en, state, total, queued)
    values (${id}, ${admin.id}, 'active', ${RU}, ${EN}, 'running', 5, 3)`;
  await admin.write('/broadcast');
  await admin.press('running');
  expect(admin.shown().message.text).toContain('Queued: 3 of 5');
  expect(labels(admin)).toEqual(['🔄 Refresh', '⏸ Pause', '⏹ Cancel', '⬅️ Back']);
  await admin.press('Pause');
  await admin.write('a mistake in the text');
  await admin.press('✅');
  expect(stage.commands.asked.at(-1)).toEqual({
    name: 'steerBroadcast',
    with: { broadcastId: id, move: 'pause', operatorId: admin.id, reason: 'a mistake in the text' },
  });
});

it('is nobody’s but the admins’', async () => {
  const finance = await newOperator(stage, ['finance']);
  expect((await finance.write('/broadcast')).message.text).toContain('did not understand');
});
