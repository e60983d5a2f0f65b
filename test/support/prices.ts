import type postgres from 'postgres';

/** The next version of a plan at another fee or another price in roubles; all else stays. Gives its id. */
export async function newPrice(
  sql: postgres.Sql,
  versionId: string,
  change: { readonly feeTokens?: number; readonly roubles?: number },
): Promise<string> {
  const feeUtok = change.feeTokens === undefined ? null : change.feeTokens * 1_000_000;
  const minor = change.roubles === undefined ? null : change.roubles * 100;
  const [row] = await sql`
    insert into tariff_versions (id, tariff_id, version, name_i18n, description_i18n, tokens_utok, period_count,
      period_unit, fee_utok, grants_per_period_utok, renewable, min_amount_minor, max_amount_minor, valid_from)
    select gen_random_uuid(), tariff_id, (select max(version) + 1 from tariff_versions o where o.tariff_id = v.tariff_id),
      name_i18n, description_i18n, tokens_utok, period_count, period_unit, coalesce(${feeUtok}, fee_utok),
      grants_per_period_utok, renewable, min_amount_minor, max_amount_minor, valid_from
    from tariff_versions v where id = ${versionId} returning id`;
  const id = String(row?.['id']);
  await sql`
    insert into tariff_prices (tariff_version_id, currency, exponent, amount_minor)
    select ${id}, currency, exponent, case currency when 'RUB' then coalesce(${minor}, amount_minor) else amount_minor end
    from tariff_prices where tariff_version_id = ${versionId}`;
  return id;
}

/** The tariff of a version, with the version's number. */
export async function tariffOf(
  sql: postgres.Sql,
  versionId: string,
): Promise<{ readonly tariffId: string; readonly version: number }> {
  const [row] = await sql`
    select tariff_id as "tariffId", version::int as version from tariff_versions where id = ${versionId}`;
  return { tariffId: String(row?.['tariffId']), version: Number(row?.['version']) };
}
