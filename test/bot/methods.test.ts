import { createHash } from 'node:crypto';
import { toId22 } from '../../src/bot/id22';
import { TEXTS } from '../../src/texts';
import { startStage, type Stage } from './support/stage';
import { buttonsOf, newVisitor } from './support/visitor';
import { giveCard, newSubscriber, type Subscriber } from './subscription/support/subscribers';

const PROVIDERS = [{ name: 'mock', currencies: ['RUB'], canSave: true }];

describe('saved cards', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage({ hasCatalogue: true, paymentProviders: PROVIDERS });
  });
  afterAll(() => stage.stop());

  /** Somebody whose card renews their plan and makes their automatic top-ups, by words on record. */
  async function cardOwner(language: 'ru' | 'en' = 'en') {
    const who = await newSubscriber(stage, { slug: 'access-30', language });
    const methodId = await giveCard(stage, who);
    await stage.sql`update payment_methods set expires_on = '2029-12-31' where id = ${methodId}`;
    const agree = async (kind: string, words: string) => {
      const hash = createHash('sha256').update(words).digest('hex');
      const [row] = await stage.sql`
        insert into consents (id, user_id, kind, text_version, text_hash, given_at)
        values (gen_random_uuid(), ${who.id}, ${kind}, ${`${kind}-1`}, ${hash}, now()) returning id`;
      return String(row?.['id']);
    };
    const autopay = await agree('autopay', TEXTS[language]['sub.how.consent']);
    await stage.sql`
      update subscriptions set driver = 'saved_method', method_id = ${methodId}, consent_id = ${autopay}
      where id = ${who.subscriptionId}`;
    const topup = await agree('auto_topup', 'words of an older time');
    await stage.sql`
      insert into auto_topups (user_id, method_id, consent_id, threshold_utok, target_utok, currency, daily_cap_minor)
      values (${who.id}, ${methodId}, ${topup}, 1, 2, 'RUB', 1)`;
    return { who, methodId, show: `v1:pm:show:${toId22(methodId) ?? ''}` };
  }
  const stateOf = async (methodId: string) => {
    const [row] = await stage.sql`select state from payment_methods where id = ${methodId}`;
    return row?.['state'] as unknown;
  };
  const textOf = (who: Subscriber) => who.shown().message.text ?? '';

  it.each(['en', 'ru'] as const)(
    'show what they are used for and the very words agreed to, in %s',
    async (language) => {
      const { who } = await cardOwner(language);
      await who.write('/settings');
      await who.press(TEXTS[language]['button.methods']);
      await who.press('Visa •• 4242');
      expect(textOf(who)).toContain('12/2029');
      expect(textOf(who)).toContain(TEXTS[language]['methods.tops_up']);
      expect(textOf(who)).toContain(TEXTS[language]['sub.how.consent'].slice(0, 60));
      // Words that were changed since are named by their version.
      expect(textOf(who)).toContain('auto_topup-1');
    },
  );

  it('are removed after everything that follows was said', async () => {
    const { who, methodId } = await cardOwner();
    await who.write('/methods');
    await who.press('Visa •• 4242');
    await who.press('Remove');
    expect(textOf(who)).toContain('will not renew itself any more');
    expect(textOf(who)).toContain(TEXTS.en['methods.follows.topup']);
    expect(await stateOf(methodId)).toBe('active');
    const { toast } = await who.press('Yes, remove');
    expect(toast).toBe(TEXTS.en['methods.done']);
    expect(textOf(who)).toContain('There are no saved cards');
    expect(await stateOf(methodId)).toBe('removing');
    expect(await who.row()).toMatchObject({ driver: 'none', auto_renew: false, method_id: null });
    const asked = stage.commands.asked.filter(({ name }) => name === 'removeMethod');
    expect(asked.at(-1)?.with).toEqual({ methodId, userId: who.id, clockOffsetMs: 0 });
  });

  it('stay while a charge is under way, and say so', async () => {
    const { who, methodId, show } = await cardOwner();
    stage.commands.next('removeMethod', () =>
      Promise.resolve({ kind: 'refused', reason: 'charging' }),
    );
    await who.write('/methods');
    await who.forge(show);
    await who.press('Remove');
    expect((await who.press('Yes, remove')).toast).toContain('is being charged right now');
    expect(await stateOf(methodId)).toBe('active');
  });

  it('are reached from the screens that name a card', async () => {
    const { who } = await cardOwner();
    await who.write('/autotopup');
    await who.press('Saved cards');
    expect(textOf(who)).toContain('Press a card');
    await who.forge(who.button('sub:how'));
    await who.press('Saved cards');
    expect(textOf(who)).toContain('Press a card');
  });

  it('of somebody else are nobody’s business, and old buttons are answered politely', async () => {
    const { who, methodId, show } = await cardOwner();
    const other = newVisitor(stage);
    await other.write('/start');
    expect((await other.forge(show)).toast).toContain('This card is gone');
    expect((await other.forge(show.replace('show', 'gone'))).toast).toContain('This card is gone');
    expect(await stateOf(methodId)).toBe('active');
    await who.forge(show.replace('show', 'gone'));
    expect((await who.forge(show)).toast).toContain('This card is gone');
    expect(stage.incidents).toEqual([]);
  });

  it('that Telegram renews lead to the subscription instead', async () => {
    const { who, methodId, show } = await cardOwner();
    await stage.sql`
      update payment_methods set subscription_id = ${who.subscriptionId}, provider = 'stars', label = 'Telegram Stars'
      where id = ${methodId}`;
    await who.forge(show);
    const offered = buttonsOf(who.shown()).map(({ text }) => text);
    expect(offered).toContain(TEXTS.en['button.subscription']);
    expect(offered.join()).not.toContain('Remove');
    expect((await who.forge(show.replace('show', 'gone'))).toast).toContain('Telegram renews');
  });
});
