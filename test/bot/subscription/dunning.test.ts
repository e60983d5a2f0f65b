import { renderNotice } from '../../../src/bot/billing/notices';
import { sendScreen } from '../../../src/bot/delivery';
import { startStage, type Stage } from '../support/stage';
import { buttonsOf } from '../support/visitor';
import { newSubscriber, type Standing, type Subscriber } from './support/subscribers';

describe('the message that a renewal failed', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage({ hasCatalogue: true });
  });
  afterAll(() => stage.stop());
  afterEach(() => {
    expect(stage.incidents).toEqual([]);
  });

  const UNPAID: Standing = { state: 'past_due', daysLeft: -0.5 };
  const PLACE = { locale: 'en', timeZone: 'Europe/Moscow' } as const;

  async function told(standing: Standing): Promise<Subscriber> {
    const visitor = await newSubscriber(stage, standing);
    const { subscriptionId } = visitor;
    const params = {
      subscriptionId,
      reason: 'insufficient',
      access: 'full',
      missingUtok: 60_000_000,
    };
    const screen = renderNotice({ template: 'sub.failed', params }, PLACE);
    if (!screen) throw new Error('sub.failed has no words');
    await sendScreen(stage.bot.api, visitor.id, screen);
    return visitor;
  }

  const WAYS = ['top', 'pay', 'how', 'later', 'small', 'pause'] as const;

  it('offers every way out and stays as it is', async () => {
    const visitor = await told(UNPAID);
    const labels = buttonsOf(visitor.shown()).map(({ text }) => text);
    for (const label of [
      'Top up',
      'Pay now',
      'Way to pay',
      'Tomorrow at 10:00',
      'smaller',
      'Pause',
    ])
      expect(labels.join('|')).toContain(label);
    const words = visitor.shown().message.text ?? '';
    expect(words).toContain('60 tokens short');
    await visitor.press('Way to pay');
    expect(visitor.shown().message.text).toContain('What renews the subscription');
    expect(visitor.texts()).toContain(words);
  });

  it('tomorrow at ten is ten where the person lives', async () => {
    const visitor = await told(UNPAID);
    await stage.sql`update users set time_zone = 'Asia/Tokyo' where id = ${visitor.id}`;
    stage.commands.next('negotiate', async () => ({ kind: 'done', effect: 'moved' }));
    const { toast } = await visitor.press('Tomorrow at 10:00');
    expect(toast).toMatch(/we will try \d{4}-\d\d-\d\d 10:00\sUTC\+9/);
    const asked = stage.commands.asked.filter(({ name }) => name === 'negotiate').at(-1);
    const at = new Date(asked && 'at' in asked.with ? String(asked.with.at) : '');
    expect(at.toISOString()).toContain('T01:00:00.000Z');
    const hours = (at.getTime() - stage.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(10);
    expect(hours).toBeLessThanOrEqual(34);
  });

  it('another time is chosen among the mornings before the last try', async () => {
    const visitor = await told(UNPAID);
    await visitor.write('/subscription');
    await visitor.press('Move the payment');
    const choices = buttonsOf(visitor.shown()).filter(({ text }) => text.includes('10:00'));
    expect(choices).toHaveLength(4);
    stage.commands.next('negotiate', async () => ({ kind: 'refused', reason: 'too_late' }));
    expect((await visitor.press(choices[3]?.text ?? '')).toast).toContain('Too late');
  });

  it('a smaller plan takes the place of the unpaid one', async () => {
    const visitor = await told({ ...UNPAID, slug: 'premium' });
    await visitor.press('smaller plan');
    expect(visitor.shown().message.text).toContain('30 days of access');
    await visitor.press('30 days of access');
    expect(visitor.shown().message.text).toContain('as soon as the payment goes through');
    await visitor.press('Change to it');
    const { next_tariff_version_id: next } = await visitor.row();
    expect(next).not.toBeNull();
  });

  it.each<[string, Standing, string]>([
    ['paid meanwhile', { tokens: 250 }, 'All is well already'],
    ['over meanwhile', { state: 'expired', daysLeft: -60 }, 'has ended already'],
    ['at rest meanwhile', { state: 'paused' }, 'is paused'],
  ])('says that the subscription is %s under every button', async (_name, standing, words) => {
    const visitor = await told(standing);
    const asked = stage.commands.asked.length;
    for (const way of WAYS) {
      const { toast, isAlert } = await visitor.forge(visitor.button(`dun:${way}`));
      expect([way, toast]).toEqual([way, expect.stringContaining(words)]);
      expect(isAlert).toBe(true);
    }
    const more = stage.commands.asked.slice(asked).map(({ name }) => name);
    expect(more.filter((name) => name !== 'upcoming')).toEqual([]);
  });

  it("of somebody else's subscription shows nothing", async () => {
    const owner = await told(UNPAID);
    const other = await told(UNPAID);
    for (const way of WAYS) {
      const { toast } = await other.forge(owner.button(`dun:${way}`));
      expect([way, toast]).toEqual([way, expect.stringContaining('another subscription')]);
    }
  });
});

test('a reminder leads to the subscription, its cancelling and its silence', async () => {
  const stage = await startStage();
  try {
    const visitor = await newSubscriber(stage, { tokens: 250 });
    const { subscriptionId } = visitor;
    const until = new Date(stage.now()).toISOString();
    const params = { subscriptionId, until, driver: 'wallet', balanceUtok: 0, feeUtok: 1 };
    const screen = renderNotice(
      { template: 'sub.reminder', params },
      { locale: 'ru', timeZone: 'UTC' },
    );
    if (!screen) throw new Error('sub.reminder has no words');
    await sendScreen(stage.bot.api, visitor.id, screen);
    const words = visitor.shown().message.text ?? '';
    const reminder = visitor.shown();
    await visitor.press('Отменить');
    expect(visitor.shown().message.text).toContain('change your mind');
    expect(reminder.message.text).toBe(words);
    expect(await visitor.row()).toMatchObject({ state: 'active' });
  } finally {
    await stage.stop();
  }
});
