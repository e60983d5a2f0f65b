import { startStage, type Stage } from '../support/stage';
import { newOperator } from '../support/roles';
import { buttonsOf } from '../support/visitor';
import { liveOn, newSubscriber } from '../subscription/support/subscribers';

describe('an operator sees a subscription', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterAll(() => stage.stop());

  it('with who renews it, what it does next and what was tried', async () => {
    const person = await newSubscriber(stage, { tokens: 30, daysLeft: 0 });
    const operator = await newOperator(stage, ['support']);
    const before = (await operator.write(`/user ${person.id}`)).message.text ?? '';
    expect(before).toContain('🔁 Renewed from: balance');
    expect(before).toMatch(/Next: remind:3, \d{4}-/);
    expect(before).not.toContain('• Period');
    stage.advance(1_000);
    await liveOn(stage, person);
    const after = (await operator.write(`/user ${person.id}`)).message.text ?? '';
    expect(after).toMatch(/• Period 1, .+: wallet, failed_soft: insufficient_balance/);
    expect(after).toMatch(/Next: renew:1, /);
  });

  const REASON = 'agreed on the phone';

  it.each([
    ['+7 d', { period_n: 0 }, 'Move the end'],
    ['−1 d', { period_n: 0 }, 'by −1 days'],
    ['Give the next period', { period_n: 1 }, 'without payment'],
    ['Cancel', { state: 'cancelling', cancel_at_end: true }, 'ends on'],
    ['End now', { state: 'expired', access: 'none' }, 'The balance stays'],
  ])('and repairs it by "%s", with a reason', async (label, after, words) => {
    const person = await newSubscriber(stage, { tokens: 250 });
    const before = await person.row();
    const operator = await newOperator(stage, ['finance']);
    await operator.write(`/user ${person.id}`);
    await operator.press('🛠 Subscription');
    await operator.press(label);
    expect(operator.shown().message.text).toContain(words);
    await operator.write('short');
    expect(await person.row()).toEqual(before);
    await operator.write(REASON);
    const { toast } = await operator.press('Do it');
    expect(toast).toContain('Done');
    expect(await person.row()).toMatchObject(after);
    const [written] = await stage.sql`
      select actor_kind, actor_id, reason from audit_log where entity_id = ${person.subscriptionId} order by id desc limit 1`;
    expect(written).toEqual({
      actor_kind: 'operator',
      actor_id: String(operator.id),
      reason: REASON,
    });
  });

  it('and sees only the repairs that its workflow allows', async () => {
    const labels = async (standing: Parameters<typeof newSubscriber>[1]) => {
      const person = await newSubscriber(stage, standing);
      const operator = await newOperator(stage, ['admin']);
      await operator.write(`/user ${person.id}`);
      await operator.press('🛠 Subscription');
      return buttonsOf(operator.shown())
        .map(({ text }) => text)
        .join(' ');
    };
    const unpaid = await labels({ state: 'past_due', daysLeft: -0.5 });
    expect(unpaid).toMatch(/Charge again now.*Give the next period.*Cancel.*End now.*\+7 d/);
    const paused = await labels({ state: 'paused' });
    expect(paused).toContain('End the pause');
    expect(paused).not.toMatch(/Charge again|Give the next/);
    const cancelled = await labels({ state: 'cancelling', isRenewing: false });
    expect(cancelled).toContain('Take the cancel back');
  });

  it('and tries an unpaid one again at once', async () => {
    const person = await newSubscriber(stage, { state: 'past_due', daysLeft: -0.5 });
    const operator = await newOperator(stage, ['finance']);
    await operator.write(`/user ${person.id}`);
    await operator.press('🛠 Subscription');
    await operator.press('Charge again now');
    await operator.write(REASON);
    await operator.press('Do it');
    expect((await person.row())['retry_at']).toBeInstanceOf(Date);
  });

  it('and is told why a repair makes no sense any more', async () => {
    const person = await newSubscriber(stage, { daysLeft: 0.5 });
    const operator = await newOperator(stage, ['admin']);
    await operator.write(`/user ${person.id}`);
    await operator.press('🛠 Subscription');
    await operator.press('−7 d');
    await operator.write(REASON);
    expect((await operator.press('Do it')).toast).toContain('before its period or in the past');
    const support = await newOperator(stage, ['support']);
    await support.write(`/user ${person.id}`);
    expect(buttonsOf(support.shown()).map(({ text }) => text)).not.toContain('🛠 Subscription');
    const forged = await support.forge(`v1:adm:sub::${person.id}`);
    expect(forged.toast).toContain('no longer works');
  });

  it('that does not answer, and one that is over', async () => {
    const person = await newSubscriber(stage, { tokens: 250 });
    const over = await newSubscriber(stage, { state: 'expired', daysLeft: -60 });
    const operator = await newOperator(stage, ['support']);
    stage.commands.next('upcoming', () => Promise.reject(new Error('no worker')));
    const silent = await operator.write(`/user ${person.id}`);
    expect(silent.message.text).toContain('does not answer');
    const ended = await operator.write(`/user ${over.id}`);
    expect(ended.message.text).toMatch(/Subscription “.+”: ⌛️ Ended/);
    expect(ended.message.text).not.toContain('Next:');
  });

  it('among the unpaid ones, by the step at which they stand', async () => {
    const unpaid = { state: 'past_due', daysLeft: -0.2 } as const;
    const untouched = await newSubscriber(stage, unpaid);
    const tried = await newSubscriber(stage, unpaid);
    await liveOn(stage, tried);
    await stage.sql`
      update subscriptions set access = 'restricted' where id = ${untouched.subscriptionId}`;
    const operator = await newOperator(stage, ['support']);
    const { message } = await operator.write('/stuck');
    expect(message.text).toContain('Unpaid subscriptions');
    expect(message.text).toContain('• 0 tries, access restricted: 1');
    expect(message.text).toMatch(/• 1 try, access full: [12]/);
  });
});
