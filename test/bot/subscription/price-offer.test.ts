import { randomUUID } from 'node:crypto';
import { priceChangeActivities } from '../../../activities/billing/price-changes';
import type { ActivityDeps } from '../../../activities/deps';
import { renderNotice } from '../../../src/bot/billing/notices';
import { sendScreen } from '../../../src/bot/delivery';
import { toId22 } from '../../../src/bot/id22';
import { DEFAULT_SETTINGS } from '../../../src/domain/billing/settings';
import { asWorkflow } from '../../activities/support/books';
import { newPlan } from '../../support/plans';
import { newPrice, tariffOf } from '../../support/prices';
import { newOperator } from '../support/roles';
import { startStage, type Stage } from '../support/stage';
import { newSubscriber, DAY, type Subscriber } from './support/subscribers';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage({ hasCatalogue: true });
});
afterAll(() => stage.stop());

const REASON = 'servers cost more now';
const text = (visitor: Subscriber) => visitor.shown().message.text ?? '';

type Standing = Parameters<typeof newSubscriber>[1];

/** A plan of a month for 100 tokens, its subscriber, and its version for 130. */
async function dearer(standing: Standing = {}, slug: string = randomUUID()) {
  const old = await newPlan(stage.sql, { slug, period: [1, 'month'] });
  const visitor = await newSubscriber(stage, { slug, tokens: 500, ...standing });
  return { visitor, slug, versionId: () => newPrice(stage.sql, old, { feeTokens: 130 }) };
}

/** Somebody of an older version, whose chat shows the offer of the newest. */
async function offered(standing: Standing = {}, slug?: string): Promise<Subscriber> {
  const made = await dearer(standing, slug);
  const { visitor } = made;
  const versionId = await made.versionId();
  const priceChangeId = randomUUID();
  const { tariffId } = await tariffOf(stage.sql, versionId);
  await stage.sql`
    insert into price_changes (id, tariff_id, tariff_version_id, created_by, total, closes_at)
    values (${priceChangeId}, ${tariffId}, ${versionId}, 1, 1, ${new Date(stage.now() + 30 * DAY)})`;
  const settings = { ...DEFAULT_SETTINGS, quietHours: '00:00-00:00' };
  const { offerPrices } = priceChangeActivities({
    db: stage.db,
    settings,
  } as unknown as ActivityDeps);
  const asOf = new Date(stage.now()).toISOString();
  await asWorkflow(`priceChange:${priceChangeId}`, () => offerPrices({ priceChangeId, asOf }));
  const [row] = await stage.sql<{ params: Record<string, string | number> }[]>`
    select params from outbox_messages where user_id = ${visitor.id} and template = 'price.offer'`;
  const { params = {} } = row ?? {};
  const place = { locale: 'en', timeZone: 'UTC' } as const;
  const screen = renderNotice({ template: 'price.offer', params }, place);
  await sendScreen(stage.bot.api, visitor.id, screen!);
  return visitor;
}

const offerOf = async ({ id }: Subscriber) => {
  const [row] = await stage.sql`
    select o.id, o.state, c.text_hash, c.shown from price_offers o left join consents c on c.id = o.consent_id
    where o.user_id = ${id}`;
  return row ?? {};
};

describe('an offer of another price', () => {
  it('shows both prices, the date and that silence keeps the old one', async () => {
    const visitor = await offered();
    expect(text(visitor)).toContain('You pay 100 tokens (1 month) now.');
    expect(text(visitor)).toMatch(/From .* it would be 130 tokens \(1 month\), if you agree/);
    expect(text(visitor)).toContain('Without an answer the price stays as it is.');
  });

  it('is agreed to by a press, which is the consent; /subscription and /upcoming show it', async () => {
    const visitor = await offered();
    await visitor.press('Agree to the new price');
    expect(text(visitor)).toMatch(/^Agreed: 130 tokens \(1 month\) from /);
    expect(await offerOf(visitor)).toMatchObject({
      ...{ state: 'accepted', text_hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      shown: { becomes: { price: { feeUtok: 130_000_000 } } },
    });
    await visitor.write('/subscription');
    expect(text(visitor)).toMatch(/the new price holds that you agreed to[\s\S]*130/);
    await visitor.write('/upcoming');
    expect(text(visitor)).toMatch(/130[\s\S]*the new price begins that you agreed to/);
  });

  it('is declined by a press, also after a yes', async () => {
    const visitor = await offered();
    await visitor.press('Agree to the new price');
    await visitor.press('Keep the old one');
    expect(text(visitor)).toBe('All right, the price stays as it is: 100 tokens (1 month).');
    expect(await visitor.row()).toMatchObject({ next_tariff_version_id: null });
    expect(await offerOf(visitor)).toMatchObject({ state: 'kept', shown: null });
    await visitor.press('Agree to the new price');
    expect(text(visitor)).toMatch(/^Agreed/);
  });

  it('without a date where the next period waits for a payment', async () => {
    const visitor = await offered({ state: 'past_due', daysLeft: -1 });
    expect(text(visitor)).toContain('The next period would be 130 tokens (1 month)');
    await visitor.press('Agree to the new price');
    expect(text(visitor)).toBe('Agreed: the next period is 130 tokens (1 month).');
  });

  it('that is over says so politely, as does one of somebody else', async () => {
    const visitor = await offered();
    const { id } = await offerOf(visitor);
    stage.advance(31 * DAY);
    const late = await visitor.press('Agree to the new price');
    expect(late.toast).toContain('This offer does not hold any more');
    expect(await visitor.row()).toMatchObject({ next_tariff_version_id: null });
    const stranger = await newSubscriber(stage);
    const foreign = await stranger.forge(`v1:price:yes:${toId22(String(id)) ?? ''}`);
    expect(foreign.toast).toContain('There is no such offer');
  });

  it('is shown anew when somebody else pays by then', async () => {
    const visitor = await offered();
    await stage.sql`
      update price_offers set shown = jsonb_set(shown, '{was,price,feeUtok}', '1') where user_id = ${visitor.id}`;
    await visitor.press('Agree to the new price');
    expect(text(visitor)).toContain('You pay 100 tokens (1 month) now.');
    expect(await offerOf(visitor)).toMatchObject({ state: 'open' });
    await visitor.press('Agree to the new price');
    expect(await offerOf(visitor)).toMatchObject({ state: 'accepted' });
  });
});

describe('the operators’ card of a tariff', () => {
  const last = () => stage.commands.asked.at(-1);

  it('offers the newest version, after a preview, with a reason', async () => {
    const { slug, ...made } = await dearer();
    await newSubscriber(stage, { slug, driver: 'stars' });
    await newSubscriber(stage, { slug, state: 'cancelling', isRenewing: false });
    const versionId = await made.versionId();
    const operator = await newOperator(stage, ['admin']);
    await operator.write(`/tariffs_admin ${slug}`);
    expect(operator.shown().message.text).toContain('1 subscriber pays by older versions');
    await operator.press('Offer the new price (1)');
    expect(operator.shown().message.text).toMatch(
      /1 subscriber\.\nNot asked: 1 whom Telegram renews, 1 who are not renewed, 0 asked before\.[\s\S]*keeps the old one/,
    );
    await operator.write(REASON);
    await operator.press('Do it');
    const { version, tariffId } = await tariffOf(stage.sql, versionId);
    expect(last()).toMatchObject({
      name: 'operate',
      with: { action: 'offer_prices', params: { tariffId, version }, reason: REASON },
    });
  });

  it('shows how an offer goes, and withdraws it with a reason', async () => {
    const slug = randomUUID();
    await offered({}, slug);
    const operator = await newOperator(stage, ['admin']);
    await operator.write(`/tariffs_admin ${slug}`);
    expect(operator.shown().message.text).toContain(
      'New price offered: 1 of 1. 0 agreed, 0 declined.',
    );
    await operator.press('Withdraw the offer');
    expect(operator.shown().message.text).toContain('1 subscriber has not answered');
    await operator.write(REASON);
    const done = await operator.press('Do it');
    expect(last()).toMatchObject({ name: 'withdrawPrices', with: { reason: REASON } });
    expect(done.toast).toContain('The offer is withdrawn');
  });
});
