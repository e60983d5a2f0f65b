import { grant, transfer } from '../../activities/support/transfers';
import { startStage, type Stage } from '../support/stage';
import { buttonsOf } from '../support/visitor';
import { DAY, liveOn, newSubscriber, type Standing } from './support/subscribers';

const REMINDED = ['remind:3', 'remind:1', 'remind:0'];
const TRIES = ['renew:0', 'renew:1', 'renew:2', 'restrict', 'renew:3', 'renew:4', 'expire'];

/** What happens, by what is on the balance or the state at the beginning. */
const COURSES: Readonly<Record<string, readonly string[]>> = {
  250: [...REMINDED, 'renew:0'],
  30: [...REMINDED, ...TRIES],
  cancelling: [...REMINDED, 'expire'],
};

describe('/upcoming', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage({ hasCatalogue: true });
  });
  afterAll(() => stage.stop());

  const linesOf = (text: string) => text.split('\n').filter((line) => line.startsWith('•'));

  async function shown(standing: Standing) {
    const visitor = await newSubscriber(stage, standing);
    const { message } = await visitor.write('/upcoming');
    return { visitor, lines: linesOf(message.text ?? '') };
  }

  it('lists reminders, the charge and who pays it, soonest first', async () => {
    const { visitor, lines } = await shown({ tokens: 250 });
    const when = String.raw`• \d{4}-\d\d-\d\d \d\d:\d\d\sMSK — `;
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`^${when}a reminder of the renewal$`)),
      expect.stringMatching(new RegExp(`^${when}a reminder of the renewal$`)),
      expect.stringMatching(new RegExp(`^${when}a reminder of the renewal$`)),
      expect.stringMatching(
        new RegExp(`^${when}we take 100 tokens from your balance for the next period$`),
      ),
    ]);
    const labels = buttonsOf(visitor.shown()).map(({ text }) => text);
    expect(labels.join('|')).toMatch(/No reminders.*Cancel/);
  });

  it('lists further tries, the end of full access and the end of what stays unpaid', async () => {
    const { lines } = await shown({ state: 'past_due', daysLeft: -0.5, language: 'ru' });
    const what = lines.map((line) => line.replace(/^.* — /, ''));
    expect(what.filter((words) => words.startsWith('попробуем ещё раз'))).not.toEqual([]);
    expect(what).toContain('без оплаты ограничим доступ: новые задания запускаться не будут');
    expect(what.at(-1)).toBe('без оплаты подписка закончится');
  });

  it('lists tokens that end, and a plan that begins', async () => {
    const visitor = await newSubscriber(stage, { slug: 'premium', driver: 'wallet' });
    const expiresAt = new Date(stage.now() + 5 * DAY);
    await transfer(stage, grant(visitor.id, 7, { origin: 'promo', expiresAt }));
    await stage.sql`
      update subscriptions set next_tariff_version_id = (
        select v.id from tariff_versions v join tariffs t on t.id = v.tariff_id where t.slug = 'access-30')
      where id = ${visitor.subscriptionId}`;
    const { message } = await visitor.write('/upcoming');
    const text = message.text ?? '';
    expect(text).toContain('7 tokens expire unless you spend them (Bonuses)');
    expect(text).toContain('the plan “30 days of access” begins');
    expect(text.indexOf('7 tokens')).toBeLessThan(text.indexOf('30 days of access'));
  });

  it('says why it ends: cancelled, or renewed by nobody', async () => {
    expect((await shown({ state: 'cancelling', isRenewing: false })).lines.at(-1)).toContain(
      'you cancelled it',
    );
    expect((await shown({ driver: 'none' })).lines.at(-1)).toContain('auto-renewal is off');
  });

  it.each<[string, Standing]>([
    ['with enough on the balance', { tokens: 250 }],
    ['without enough, to its end', { tokens: 30 }],
    ['that is cancelled', { state: 'cancelling', isRenewing: false }],
  ])('comes true line by line for one %s', async (_name, standing) => {
    const visitor = await newSubscriber(stage, { ...standing, daysLeft: 10 });
    const happened: string[] = [];
    for (let looks = 0; looks < 20; looks += 1) {
      const { message } = await visitor.write('/upcoming');
      const [first] = linesOf(message.text ?? '');
      const before = await visitor.row();
      if (first === undefined || before['period_n'] !== 0) break;
      const course = await stage.commands.upcoming({ subscriptionId: visitor.subscriptionId });
      const [next] = course?.steps ?? [];
      if (!next) break;
      const due = course?.steps.filter(({ at }) => at === next.at).map(({ name }) => name) ?? [];
      // A moment before its time nothing happens; at its time exactly what is listed for it does.
      stage.advance(Date.parse(next.at) - stage.now() - 1_000);
      expect(await liveOn(stage, visitor)).toEqual([]);
      stage.advance(1_001);
      expect(await liveOn(stage, visitor)).toEqual(due);
      happened.push(...due);
    }
    const row = await visitor.row();
    if (standing.tokens === 250) expect(row).toMatchObject({ state: 'active', period_n: 1 });
    else expect(row).toMatchObject({ state: 'expired' });
    expect(happened).toEqual(COURSES[String(standing.state ?? standing.tokens)]);
  });
});
