import { v7 } from 'uuid';
import type { Stack } from '../stack';

export interface Plan {
  readonly unit: 'hour' | 'day' | 'week' | 'month' | 'year';
  readonly count?: number;
  readonly roubles: number;
}

/** A plan on sale for roubles, which the wallet pays at one token each; a free one is a trial. */
export async function newPlan(
  { sql }: Pick<Stack, 'sql'>,
  { unit, count = 1, roubles }: Plan,
): Promise<string> {
  const slug = `plan-${v7()}`;
  const isTrial = roubles === 0;
  const name = JSON.stringify({ ru: 'Тариф', en: 'Plan' });
  const [tariff] = await sql`
    insert into tariffs (id, slug, kind, is_active)
    values (gen_random_uuid(), ${slug}, ${isTrial ? 'trial' : 'subscription'}, true) returning id`;
  const [version] = await sql`
    insert into tariff_versions (id, tariff_id, version, name_i18n, description_i18n, tokens_utok,
      period_count, period_unit, renewable, valid_from)
    values (gen_random_uuid(), ${String(tariff?.['id'])}, 1, ${name}::jsonb, ${name}::jsonb, 0,
      ${count}, ${unit}, ${!isTrial}, '2020-01-01') returning id`;
  const versionId = String(version?.['id']);
  await sql`
    insert into tariff_prices (tariff_version_id, currency, exponent, amount_minor)
    values (${versionId}, 'RUB', 2, ${roubles * 100})`;
  return versionId;
}
