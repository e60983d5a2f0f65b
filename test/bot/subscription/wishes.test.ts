import { createHash } from 'node:crypto';
import { TEXTS } from '../../../src/texts';
import { toId22 } from '../../../src/bot/id22';
import { startStage, type Stage } from '../support/stage';
import { giveCard, newSubscriber } from './support/subscribers';

describe('what the owner of a subscription asks of it', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage({ hasCatalogue: true });
  });
  afterAll(() => stage.stop());
  afterEach(() => {
    expect(stage.incidents).toEqual([]);
  });

  const asked = (name: string) => stage.commands.asked.filter((one) => one.name === name);

  it('cancel asks first and says until when access lasts; keeping it takes that back', async () => {
    const visitor = await newSubscriber(stage, { tokens: 250 });
    await visitor.write('/subscription');
    const question = await visitor.press('Cancel');
    expect(question.message.message.text).toMatch(/keep access until .+ change your mind/);
    expect(await visitor.row()).toMatchObject({ state: 'active' });
    const { toast } = await visitor.press('Yes, cancel');
    expect(toast).toMatch(/cancelled\. You have access until/);
    expect(await visitor.row()).toMatchObject({ state: 'cancelling', cancel_at_end: true });
    const kept = await visitor.press('Keep the subscription');
    expect(kept.toast).toContain('the subscription stays');
    expect(await visitor.row()).toMatchObject({ state: 'active', auto_renew: true });
  });

  it('a second tap changes nothing and is answered politely', async () => {
    const visitor = await newSubscriber(stage, { tokens: 250 });
    await visitor.write('/subscription');
    await visitor.forge(visitor.button('sub:stop'));
    const again = await visitor.forge(visitor.button('sub:stop'));
    expect(again.toast).toContain('You have access until');
    await visitor.forge(visitor.button('sub:stay'));
    expect((await visitor.forge(visitor.button('sub:stay'))).toast).toContain('No need for that');
    const [audit] = await stage.sql`
      select count(*)::int as n from audit_log
      where entity_id = ${visitor.subscriptionId} and action = 'subscription.cancelled'`;
    expect(audit?.['n']).toBe(1);
  });

  it('a resting or unpaid one ends at once, and says so before', async () => {
    const visitor = await newSubscriber(stage, { state: 'past_due', daysLeft: -0.5 });
    await visitor.write('/subscription');
    expect((await visitor.press('Cancel')).message.message.text).toContain('stops at once');
    const { toast } = await visitor.press('Yes, cancel');
    expect(toast).toContain('Nothing more will be charged');
    expect(await visitor.row()).toMatchObject({ state: 'expired' });
  });

  it('reminders are muted, and a reminder itself stays as it is', async () => {
    const visitor = await newSubscriber(stage, { tokens: 250 });
    await visitor.write('/subscription');
    expect((await visitor.press('No reminders')).toast).toContain('No more reminders');
    expect(visitor.shown().message.text).toContain('Renewal reminders are off');
    expect((await visitor.press('Remind me')).toast).toContain('before each renewal');
    const before = visitor.texts().length;
    await visitor.forge(visitor.button('sub:mute', 'new'));
    expect(visitor.texts()).toHaveLength(before + 1);
    expect(await visitor.row()).toMatchObject({ is_muted: true });
  });

  it('who renews it: a card only by a consent to the words shown', async () => {
    const visitor = await newSubscriber(stage, { slug: 'access-30', tokens: 250 });
    const methodId = await giveCard(stage, visitor);
    await visitor.write('/subscription');
    await visitor.press('Way to pay');
    expect(visitor.shown().message.text).toContain('Your card: ₽199 for a period');
    await visitor.press('Visa •• 4242');
    const words = TEXTS.en['sub.how.consent'];
    expect(visitor.shown().message.text).toContain(words);
    expect(asked('setDriver')).toEqual([]);
    stage.commands.next('setDriver', async () => ({ kind: 'done', effect: 'saved_method' }));
    await visitor.press('I agree');
    const [consent] = await stage.sql`
      select id, kind, text_hash, withdrawn_at from consents
      where user_id = ${visitor.id} and kind = 'autopay'`;
    const hash = createHash('sha256').update(words).digest('hex');
    expect(consent).toMatchObject({ text_hash: hash, withdrawn_at: null });
    const consentId = String(consent?.['id']);
    expect(asked('setDriver').at(-1)?.with).toMatchObject({
      ...{ driver: 'saved_method', methodId, consentId, userId: visitor.id },
    });
    stage.commands.next('setDriver', async () => ({ kind: 'done', effect: 'saved_method' }));
    await visitor.forge(visitor.button('sub:agree', toId22(methodId)));
    const consents = await stage.sql`
      select id from consents where user_id = ${visitor.id} and kind = 'autopay'`;
    expect(consents).toHaveLength(1);
  });

  it("another person's card is no card", async () => {
    const owner = await newSubscriber(stage, { slug: 'access-30' });
    const methodId = toId22(await giveCard(stage, owner));
    const other = await newSubscriber(stage, { slug: 'access-30' });
    await other.write('/subscription');
    for (const route of ['sub:by', 'sub:agree']) {
      const { toast } = await other.forge(other.button(route, methodId));
      expect(toast).toContain('This card is gone');
    }
    const consents = await stage.sql`
      select id from consents where user_id = ${other.id} and kind = 'autopay'`;
    expect(consents).toEqual([]);
  });

  it('auto-renewal goes off and on by one tap', async () => {
    const visitor = await newSubscriber(stage, { tokens: 250 });
    const before = asked('setDriver').length;
    await visitor.write('/subscription');
    await visitor.forge(visitor.button('sub:auto', 'off'));
    await visitor.forge(visitor.button('sub:auto', 'on'));
    const drivers = asked('setDriver').slice(before);
    expect(drivers.map((one) => 'driver' in one.with && one.with.driver)).toEqual([
      'none',
      'wallet',
    ]);
  });

  it('a pause asks for how long and from when', async () => {
    const visitor = await newSubscriber(stage, { tokens: 250 });
    await visitor.write('/subscription');
    await visitor.press('Pause');
    expect(visitor.shown().message.text).toContain('nothing is charged, there is no access');
    await visitor.press('14 days');
    stage.commands.next('pauseSubscription', async () => ({ kind: 'done', effect: 'planned' }));
    await visitor.press('When the period ends');
    expect(asked('pauseSubscription').at(-1)?.with).toMatchObject({ days: 14, from: 'end' });
    await visitor.press('Pause');
    await visitor.press('Another number');
    expect((await visitor.write('a lot')).message.text).toContain('a whole number of days');
    expect((await visitor.write('91')).message.text).toContain('from 1 to 90');
    expect((await visitor.write('45')).message.text).toContain('A pause of 45 days');
    stage.commands.next('pauseSubscription', async () => ({
      kind: 'refused',
      reason: 'pauses_used_up',
    }));
    expect((await visitor.press('Now')).toast).toContain('used up the pauses');
  });

  it('an unpaid period is paid once by a button that lives fifteen minutes', async () => {
    const visitor = await newSubscriber(stage, { state: 'past_due', daysLeft: -0.5, tokens: 250 });
    await visitor.write('/subscription');
    await visitor.press('Pay now');
    expect(visitor.shown().message.text).toMatch(/We will take 100 tokens; 250 are available/);
    stage.advance(16 * 60_000);
    await visitor.press('Renew for');
    expect(visitor.shown().message.text).toContain('older than 15 minutes');
    expect(asked('renewNow')).toEqual([]);
    const done = async () => ({ kind: 'done', effect: 'trying' }) as const;
    const fresh = visitor.shown().message.reply_markup?.inline_keyboard[0]?.[0];
    const data = fresh && 'callback_data' in fresh ? fresh.callback_data : '';
    for (let taps = 0; taps < 2; taps += 1) {
      stage.commands.next('renewNow', done);
      await visitor.forge(data);
    }
    const [first, second] = asked('renewNow').map((one) => one.with);
    expect(first).toMatchObject({ subscriptionId: visitor.subscriptionId });
    expect(second).toEqual(first);
  });

  it('what is unpaid and not affordable says how much is missing', async () => {
    const visitor = await newSubscriber(stage, { state: 'past_due', daysLeft: -0.5, tokens: 30 });
    await visitor.write('/subscription');
    await visitor.press('Pay now');
    expect(visitor.shown().message.text).toContain('You are 70 tokens short');
  });

  it('one that is over begins again from the balance by a quote', async () => {
    const visitor = await newSubscriber(stage, {
      ...{ state: 'expired', daysLeft: -200, tokens: 250 },
    });
    await visitor.write('/subscription');
    await visitor.press('Renew now');
    expect(visitor.shown().message.text).toMatch(/Begin “.+” today for .+ take 100 tokens; 250/);
    const [quote] = await stage.sql`
      select id, purpose from quotes where user_id = ${visitor.id}`;
    expect(quote?.['purpose']).toBe('renewal');
    expect((await visitor.press('Renew for')).toast).toContain('has begun');
    expect(asked('renewFromBalance').at(-1)?.with).toMatchObject({ quoteId: quote?.['id'] });
  });

  it("answers an older subscription's and a stranger's buttons politely and changes nothing", async () => {
    const owner = await newSubscriber(stage, { tokens: 250 });
    const other = await newSubscriber(stage, { tokens: 250 });
    await other.write('/subscription');
    const routes = [
      'renew',
      'pay',
      'auto',
      'how',
      'by',
      'agree',
      'pause',
      'days',
      'rest',
      'resume',
    ];
    const more = ['cancel', 'stop', 'stay', 'mute', 'move', 'when'];
    for (const route of [...routes, ...more]) {
      const { toast } = await other.forge(owner.button(`sub:${route}`, '7 now'));
      expect([route, toast]).toEqual([route, expect.stringContaining('another subscription')]);
    }
    expect(await owner.row()).toMatchObject({ state: 'active', is_muted: false });
  });
});
