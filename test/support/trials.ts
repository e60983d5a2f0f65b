import type postgres from 'postgres';

export interface TrialWish {
  readonly slug: string;
  readonly tokens?: number;
  readonly period?: readonly [count: number, unit: 'hour' | 'day' | 'week' | 'month'];
  /** False lets the tokens stay for ever. */
  readonly hasEnd?: boolean;
  readonly isActive?: boolean;
  readonly productCode?: string;
}

/** A trial of a week with 30 tokens unless the wish says otherwise, opened by a code of the same name in capitals. */
export async function newTrial(
  sql: postgres.Sql,
  wish: TrialWish,
): Promise<{ code: string; tariffVersionId: string }> {
  const { slug, tokens = 30, period = [7, 'day'], hasEnd = true, isActive = true } = wish;
  const name = JSON.stringify({ ru: `Проба ${slug}`, en: `Trial ${slug}` });
  const code = slug.toUpperCase();
  const [tariff] = await sql`
    insert into tariffs (id, slug, kind, is_active, product_code)
    values (gen_random_uuid(), ${slug}, 'trial', ${isActive}, ${wish.productCode ?? 'main'}) returning id`;
  const tariffId = String(tariff?.['id']);
  const [version] = await sql`
    insert into tariff_versions (id, tariff_id, version, name_i18n, description_i18n, tokens_utok,
      period_count, period_unit, token_ttl_days, valid_from)
    values (gen_random_uuid(), ${tariffId}, 1, ${name}::jsonb, ${name}::jsonb, ${tokens * 1_000_000},
      ${period[0]}, ${period[1]}, ${hasEnd ? 7 : null}, '2020-01-01') returning id`;
  const tariffVersionId = String(version?.['id']);
  await sql`
    insert into tariff_prices (tariff_version_id, currency, exponent, amount_minor)
    values (${tariffVersionId}, 'RUB', 2, 0)`;
  await newTrialCode(sql, { code, tariffId });
  return { code, tariffVersionId };
}

/** A code of its own campaign that opens a trial, or takes 5 % off a tariff that has a price. */
export async function newTrialCode(
  sql: postgres.Sql,
  wish: { code: string; tariffId: string; kind?: 'trial' | 'percent'; perUser?: number },
): Promise<void> {
  const { code, tariffId, kind = 'trial', perUser = 1 } = wish;
  const [campaign] = await sql`
    insert into promo_campaigns (id, name, per_user, valid_from)
    values (gen_random_uuid(), ${code}, ${perUser}, '2020-01-01') returning id`;
  await sql`
    insert into promo_codes (id, code, campaign_id, kind, value, tariff_id)
    values (gen_random_uuid(), ${code}, ${String(campaign?.['id'])}, ${kind},
      ${kind === 'trial' ? 1 : 500}, ${tariffId})`;
}

export async function tariffIdOf(sql: postgres.Sql, slug: string): Promise<string> {
  const [row] = await sql`select id from tariffs where slug = ${slug}`;
  return String(row?.['id']);
}
