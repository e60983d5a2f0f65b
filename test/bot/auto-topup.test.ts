import { createHash } from 'node:crypto';
import { TEXTS } from '../../src/texts';
import { startStage, type Stage } from './support/stage';
import { buttonsOf, newVisitor, type Visitor } from './support/visitor';

const PROVIDERS = [{ name: 'mock', currencies: ['RUB'], canSave: true }];

describe('automatic top-up', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage({ paymentProviders: PROVIDERS });
  });
  afterAll(() => stage.stop());

  async function cardOwner(language = 'en'): Promise<Visitor> {
    const visitor = newVisitor(stage, { language });
    await visitor.write('/start');
    await stage.sql`
      insert into payment_methods (id, user_id, provider, token_enc, label, state)
      values (gen_random_uuid(), ${visitor.id}, 'mock', 'sealed', 'Visa •• 4242', 'active')`;
    return visitor;
  }
  const orderOf = async (visitor: Visitor) => {
    const [row] = await stage.sql`
      select is_active, threshold_utok::int as threshold, daily_cap_minor::int as cap
      from auto_topups where user_id = ${visitor.id}`;
    return row;
  };
  const consentsOf = (visitor: Visitor) =>
    stage.sql`
      select text_version, text_hash, withdrawn_at is null as stands from consents
      where user_id = ${visitor.id} and kind = 'auto_topup' order by id`;

  it('without a card is reached by one payment that leaves it', async () => {
    const visitor = newVisitor(stage);
    await visitor.write('/start');
    const answer = await visitor.write('/autotopup');
    expect(answer.message.text).toContain('There is no saved card yet');
    await visitor.press('Pay once and save the card');
    expect(visitor.shown().message.text).toContain('You now top up ₽200 yourself');
    await visitor.press('and save the card');
    const asked = stage.commands.asked.filter(({ name }) => name === 'openCheckout').at(-1);
    expect(asked?.with).toMatchObject({ userId: visitor.id, savesMethod: true });
    expect(await orderOf(visitor)).toBeUndefined();
  });

  it.each(['en', 'ru'] as const)(
    'says what it does and keeps the words agreed to, in %s',
    async (language) => {
      const visitor = await cardOwner(language);
      await visitor.write('/autotopup');
      const words = TEXTS[language]['auto.consent'];
      expect(visitor.shown().message.text).toContain(words.slice(0, 60));
      await visitor.press('Visa •• 4242');
      expect(await orderOf(visitor)).toMatchObject({ is_active: true, cap: 100_000 });
      expect(await consentsOf(visitor)).toEqual([
        {
          text_version: 'auto-topup-1',
          text_hash: createHash('sha256').update(words).digest('hex'),
          stands: true,
        },
      ]);
      const woken = stage.commands.asked.filter(({ name }) => name === 'wakeAutoTopup').at(-1);
      expect(woken?.with).toMatchObject({ userId: visitor.id });
    },
  );

  it('changes its amounts, is switched off, and is on again by the same consent', async () => {
    const visitor = await cardOwner();
    await visitor.write('/autotopup');
    await visitor.press('I agree');
    await visitor.press('Threshold');
    await visitor.press('100 tokens');
    expect(await orderOf(visitor)).toMatchObject({ threshold: 100_000_000 });
    await visitor.press('Daily limit');
    const offered = buttonsOf(visitor.shown()).map(({ text }) => text);
    expect(offered).not.toContain('₽3000');
    await visitor.press('₽500');
    expect(await orderOf(visitor)).toMatchObject({ cap: 50_000 });
    await visitor.press('Switch off');
    expect(await orderOf(visitor)).toMatchObject({ is_active: false });
    await visitor.press('I agree');
    expect(await orderOf(visitor)).toMatchObject({ is_active: true, cap: 50_000 });
    expect(await consentsOf(visitor)).toHaveLength(1);
  });

  it('ends with its consent, and asks for another one', async () => {
    const visitor = await cardOwner();
    await visitor.write('/autotopup');
    await visitor.press('I agree');
    const { toast } = await visitor.press('Withdraw consent');
    expect(toast).toContain('nothing will be charged');
    expect(await consentsOf(visitor)).toMatchObject([{ stands: false }]);
    expect(await orderOf(visitor)).toMatchObject({ is_active: false });
    await visitor.press('I agree');
    expect(await consentsOf(visitor)).toMatchObject([{ stands: false }, { stands: true }]);
  });

  it('answers old, foreign and senseless buttons politely and changes nothing', async () => {
    const owner = await cardOwner();
    const [card] = await stage.sql`select id from payment_methods where user_id = ${owner.id}`;
    const other = newVisitor(stage);
    await other.write('/start');
    const { toId22 } = await import('../../src/bot/id22');
    const foreign = await other.forge(`v1:auto:on:${toId22(String(card?.['id'])) ?? ''}`);
    expect(foreign.toast).toContain('This card is gone');
    for (const data of ['v1:auto:set::thr 1', 'v1:auto:set::cap 999999999', 'v1:auto:set::what']) {
      expect((await other.forge(data)).toast).toContain('does not fit any more');
    }
    expect((await other.forge('v1:auto:off')).toast).toContain('does not fit any more');
    expect(await orderOf(other)).toBeUndefined();
    expect(stage.incidents).toEqual([]);
  });
});

test('automatic top-up is not offered where the operator allows none', async () => {
  const stage = await startStage({
    paymentProviders: PROVIDERS,
    change: ({ settings }) => ({ settings: { ...settings, autoTopupDailyCapMinor: 0 } }),
  });
  try {
    const visitor = newVisitor(stage);
    await visitor.write('/start');
    const answer = await visitor.write('/autotopup');
    expect(answer.message.text).toContain('not offered here');
  } finally {
    await stage.stop();
  }
});
