import { startStage, type Stage } from './support/stage';
import { newVisitor, type Visitor } from './support/visitor';

const PROVIDERS = [{ name: 'mock', currencies: ['RUB'] }];

describe('changing the plan', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage({ hasCatalogue: true, paymentProviders: PROVIDERS });
  });
  afterAll(() => stage.stop());

  /** Somebody whose plan began at the stage's noon and has thirty days. */
  async function subscriber(slug: string, paidMinor: number): Promise<Visitor> {
    const visitor = newVisitor(stage);
    await visitor.write('/start');
    const begins = new Date(stage.now());
    const ends = new Date(stage.now() + 30 * 86_400_000);
    await stage.sql.begin(async (tx) => {
      const [row] = await tx`
        insert into subscriptions (id, user_id, product_code, tariff_version_id, state, driver, anchor_local,
          anchor_day, billing_zone, period_n, period_start, period_end, access)
        select gen_random_uuid(), ${visitor.id}, 'main', v.id, 'active', 'none', ${begins.toISOString()}::timestamp,
          1, 'UTC', 0, ${begins}, ${ends}, 'full'
        from tariff_versions v join tariffs t on t.id = v.tariff_id where t.slug = ${slug} returning id`;
      await tx`
        insert into subscription_periods (subscription_id, n, starts_at, ends_at, paid_by, value_minor, value_currency)
        values (${String(row?.['id'])}, 0, ${begins}, ${ends}, 'invoice', ${paidMinor}, 'RUB')`;
    });
    return visitor;
  }

  it('to a dearer one shows what is left to pay and the credit for the old one', async () => {
    const visitor = await subscriber('access-30', 19_900);
    await visitor.write('/subscription');
    await visitor.press('Change plan');
    const { message } = await visitor.press('Premium');
    const text = message.message.text ?? '';
    expect(text).toContain('Price: ₽499');
    expect(text).toContain('Unused part of your plan: −₽199');
    expect(text).toContain('To pay: ₽300');
    const [quote] = await stage.sql`
      select purpose, tokens_utok::float8 as tokens from quotes where user_id = ${visitor.id}`;
    // Some milliseconds of the period have passed, and tokens are rounded down.
    expect(quote?.['purpose']).toBe('upgrade');
    expect(Number(quote?.['tokens']) / 100_000_000).toBeCloseTo(1, 4);
  });

  it('to a cheaper one waits for the end and can be taken back', async () => {
    const visitor = await subscriber('premium', 49_900);
    await visitor.write('/subscription');
    await visitor.press('Change plan');
    const later = await visitor.press('30 days of access');
    expect(later.message.message.text).toContain('there is nothing to pay now');
    await visitor.press('Switch on');
    await visitor.press('Subscription');
    expect(visitor.shown().message.text).toContain('Next plan from');
    await visitor.press('Change plan');
    const kept = await visitor.press('Keep the current plan');
    expect(kept.message.message.text).toContain('your plan stays as it is');
  });

  it('without a plan says where to get one', async () => {
    const visitor = newVisitor(stage);
    await visitor.write('/start');
    const { message } = await visitor.forge('v1:sub:plans');
    expect(message.message.text).toContain('you have no running plan');
  });
});
