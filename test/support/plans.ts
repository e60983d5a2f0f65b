import type postgres from 'postgres';

export interface PlanWish {
  readonly slug: string;
  readonly period: readonly [count: number, unit: 'hour' | 'day' | 'week' | 'month' | 'year'];
  readonly feeTokens?: number;
  /** Tokens that each period gives. */
  readonly grantTokens?: number;
}

/** A top-up at a rouble a token with a period of its own, which renews from the wallet; gives its version. */
export async function newPlan(sql: postgres.Sql, wish: PlanWish): Promise<string> {
  const { slug, period, feeTokens = 100, grantTokens = 0 } = wish;
  const name = JSON.stringify({ ru: `План ${slug}`, en: `Plan ${slug}` });
  const [tariff] = await sql`
    insert into tariffs (id, slug, kind, is_active, sort_order)
    values (gen_random_uuid(), ${slug}, 'topup', true, 90) returning id`;
  const [version] = await sql`
    insert into tariff_versions (id, tariff_id, version, name_i18n, description_i18n, period_count, period_unit,
      fee_utok, grants_per_period_utok, renewable, min_amount_minor, max_amount_minor, valid_from)
    values (gen_random_uuid(), ${String(tariff?.['id'])}, 1, ${name}::jsonb, ${name}::jsonb, ${period[0]}, ${period[1]},
      ${feeTokens * 1_000_000}, ${grantTokens * 1_000_000}, true, 100, 10000000, '2020-01-01')
    returning id`;
  return String(version?.['id']);
}
