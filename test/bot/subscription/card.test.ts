import { startStage, type Stage } from '../support/stage';
import { buttonsOf, newVisitor } from '../support/visitor';
import { giveCard, newSubscriber, type Standing } from './support/subscribers';

describe('/subscription', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage({ hasCatalogue: true });
  });
  afterAll(() => stage.stop());

  async function shown(standing: Standing) {
    const visitor = await newSubscriber(stage, standing);
    const { message } = await visitor.write('/subscription');
    const labels = buttonsOf(visitor.shown()).map(({ text }) => text);
    return { visitor, text: message.text ?? '', labels };
  }

  it.each<[string, Standing, RegExp[], string[], string[]]>([
    [
      'active with enough',
      { tokens: 250 },
      [/Active/, /We will take 100 tokens from your balance .+Available now: 250/, /balance$/m],
      ['Auto-renewal: on', 'Pause', 'Cancel', 'No reminders', "What's next"],
      ['Renew now', 'Resume', 'Keep'],
    ],
    ['active with too little', { tokens: 40 }, [/^60 tokens short\. Top up/m], ['Top up'], []],
    [
      'active, renewed by nobody',
      { driver: 'none' },
      [/Auto-renewal is off: access ends/],
      ['Auto-renewal: off', 'Way to pay'],
      ['Resume'],
    ],
    [
      'cancelled',
      { state: 'cancelling', isRenewing: false },
      [/you have access until .+ then nothing will be charged/],
      ['Keep the subscription'],
      ['Cancel', 'Pause'],
    ],
    [
      'unpaid',
      { state: 'past_due', daysLeft: -0.5 },
      [/not paid on yet/, /100 tokens short/, /Access: still full/, /Without a payment .+ ends/],
      ['Pay now', 'Move the payment', 'Way to pay', 'Pause', 'Cancel'],
      ['Auto-renewal'],
    ],
    [
      'paused',
      { state: 'paused' },
      [/Paused until .+ Your paid days are kept/],
      ['Resume', 'Cancel'],
      ['Pause', 'Auto-renewal'],
    ],
    [
      'over',
      { state: 'expired', daysLeft: -200 },
      [/Ended/, /Top up your balance to begin again/],
      ['Renew now', 'Top up'],
      ['Cancel', 'Pause', "What's next"],
    ],
  ])('%s', async (_name, standing, said, offered, missing) => {
    const { text, labels } = await shown(standing);
    for (const words of said) expect(text).toMatch(words);
    for (const words of offered) expect(labels.join('|')).toContain(words);
    for (const words of missing) expect(labels.join('|')).not.toContain(words);
  });

  it('says the same in Russian, with days in the right number', async () => {
    const { text } = await shown({ language: 'ru', tokens: 40, daysLeft: 21.5 });
    expect(text).toContain('Осталось 21 день');
    expect(text).toMatch(/\d\d\.\d\d\.\d{4} \d\d:\d\d\sМСК спишем 100 ток\. с баланса/);
    expect(text).toContain('Не хватает 60 ток.');
  });

  it('names the card and its price', async () => {
    const { visitor } = await shown({ slug: 'access-30', driver: 'saved_method' });
    const methodId = await giveCard(stage, visitor);
    await stage.sql`
      update subscriptions set method_id = ${methodId} where id = ${visitor.subscriptionId}`;
    const { message } = await visitor.write('/sub');
    expect(message.text).toContain('We will charge ₽199 to your card Visa •• 4242');
    expect(message.text).toContain('Renewed from: card Visa •• 4242');
  });

  it('says that a charge is being checked, and offers nothing that would race it', async () => {
    const { visitor } = await shown({ slug: 'access-30', driver: 'saved_method', daysLeft: 0 });
    await stage.sql`
      insert into attempts (id, key, user_id, purpose, subscription_id, period_n, driver, state, as_of)
      values (gen_random_uuid(), ${visitor.subscriptionId}, ${visitor.id}, 'renewal', ${visitor.subscriptionId}, 1,
        'saved_method', 'unknown', now())`;
    const { message } = await visitor.write('/sub');
    expect(message.text).toContain('We are checking the charge with the payment provider');
  });

  it('reads the row when no workflow answers, and says so in what comes next', async () => {
    const { visitor } = await shown({ tokens: 250 });
    stage.commands.next('upcoming', () => Promise.reject(new Error('no worker')));
    const card = await visitor.write('/subscription');
    expect(card.message.text).toContain('We will take 100 tokens');
    stage.commands.next('upcoming', async () => undefined);
    const next = await visitor.write('/upcoming');
    expect(next.message.text).toContain('we take 100 tokens');
    expect(next.message.text).toContain('The details are not available right now');
    expect(stage.logged.splice(0)).toHaveLength(1);
  });

  it('does not show what its workflow knew before the last wish', async () => {
    const { visitor } = await shown({ tokens: 250 });
    const before = await stage.commands.upcoming({ subscriptionId: visitor.subscriptionId });
    await visitor.press('Cancel');
    stage.commands.next('upcoming', async () => before);
    await visitor.press('Yes, cancel');
    expect(visitor.shown().message.text).toContain('then nothing will be charged');
    expect(visitor.shown().message.text).not.toContain('We will take');
  });

  it('of somebody without one says how it begins', async () => {
    const visitor = newVisitor(stage);
    await visitor.write('/start');
    expect((await visitor.write('/sub')).message.text).toContain('No subscription yet');
    expect((await visitor.write('/upcoming')).message.text).toContain('nothing will happen');
  });
});
