import type postgres from 'postgres';

export interface CodeWish {
  readonly code: string;
  readonly kind?: 'percent' | 'fixed' | 'bonus_tokens' | 'bonus_days' | 'trial';
  /** By kind: hundredths of a percent, minor units, micro-tokens, days. */
  readonly value?: number;
  readonly currency?: string;
  readonly alsoBonusUtok?: number;
  readonly budget?: number;
  readonly perUser?: number;
  readonly maxUses?: number;
  /** Slug of the only tariff. */
  readonly tariff?: string;
  readonly validFrom?: string;
  readonly validUntil?: string;
}

/** A campaign with one code, as if an operator had made it long ago; a tenth off unless the wish says otherwise. */
export async function newCode(sql: postgres.Sql, wish: CodeWish): Promise<string> {
  const [campaign] = await sql`
    insert into promo_campaigns (id, name, budget, per_user, valid_from, valid_until)
    values (uuidv7(), ${wish.code}, ${wish.budget ?? null}, ${wish.perUser ?? 1},
      ${wish.validFrom ?? '2020-01-01T00:00:00Z'}, ${wish.validUntil ?? null})
    returning id`;
  await addCode(sql, String(campaign?.['id']), wish);
  return String(campaign?.['id']);
}

/** Another code of a campaign that there is. */
export async function addCode(
  sql: postgres.Sql,
  campaignId: string,
  wish: CodeWish,
): Promise<void> {
  const { code, kind = 'percent', value = 1_000, tariff } = wish;
  await sql`
    insert into promo_codes (id, code, campaign_id, kind, value, currency, also_bonus_utok, tariff_id, max_uses)
    values (uuidv7(), ${code}, ${campaignId}, ${kind}, ${value}, ${wish.currency ?? null},
      ${wish.alsoBonusUtok ?? 0},
      (select id from tariffs where slug = ${tariff ?? ''}), ${wish.maxUses ?? null})`;
}

/** Slots of the campaign of a code, as its row counts them and as its uses say. */
export async function slotsOf(
  sql: postgres.Sql,
  code: string,
): Promise<{ reserved: number; used: number; confirmed: number; live: number }> {
  const [row] = await sql`
    select c.reserved, c.used,
      count(u.id) filter (where u.state = 'confirmed')::int as confirmed,
      count(u.id) filter (where u.state <> 'returned')::int as live
    from promo_campaigns c
    join promo_codes k on k.campaign_id = c.id
    left join promo_uses u on u.code_id = k.id
    where c.id = (select campaign_id from promo_codes where code = ${code})
    group by c.id`;
  if (!row) throw new Error(`there is no code ${code}`);
  const { reserved, used, confirmed, live } = row;
  return {
    ...{ reserved: Number(reserved), used: Number(used) },
    ...{ confirmed: Number(confirmed), live: Number(live) },
  };
}
