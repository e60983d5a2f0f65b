import { startStage, type Stage } from '../support/stage';
import { newOperator } from '../support/roles';
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
