import type { PromoEffect } from '../../domain/billing/promo';
import type { CampaignCard, CampaignPage } from '../../reads/admin/campaigns';
import { localeOf, type BotContext } from '../context';
import { instantText } from '../display';
import { effectLines } from '../promo/effects';
import { button, lines, type Button, type Screen } from '../screen';
import { say } from '../wording';

/** A campaign with its switch and its codes. */
export function campaignScreen(ctx: BotContext, card: CampaignCard): Screen {
  const { place } = ctx.visit;
  const { locale } = place;
  const { campaignId: id, isActive, used, reserved, validUntil } = card;
  const turn = isActive ? ('off' as const) : ('on' as const);
  return {
    text: lines(
      say(locale, 'offers.promo.title', { name: card.name }),
      say(locale, isActive ? 'offers.promo.on' : 'offers.promo.off'),
      '',
      card.codes === 1
        ? say(locale, 'offers.promo.code', { code: card.code })
        : say(locale, 'offers.promo.codes', { count: card.codes, code: card.code }),
      ...whatItDoes(ctx, card.effect),
      budgetLine(ctx, card.budget),
      say(locale, 'offers.promo.per_user', { count: card.perUser }),
      say(locale, 'offers.promo.uses', { used, reserved }),
      say(locale, 'offers.promo.from', { at: instantText(card.validFrom, place) }),
      validUntil !== null &&
        say(locale, 'offers.promo.until', { at: instantText(validUntil, place) }),
    ),
    rows: [
      [
        button({ locale, key: `offers.button.${turn}` }, { route: 'adm:code', id, arg: turn }),
        button({ locale, key: 'offers.button.csv' }, { route: 'adm:codes', id }),
      ],
      [button({ locale, key: 'offers.button.all_codes' }, { route: 'adm:promos' })],
    ],
  };
}

export function campaignsScreen(ctx: BotContext, page: CampaignPage, isLater: boolean): Screen {
  const locale = localeOf(ctx);
  const turns: Button[] = [];
  if (isLater) turns.push(button({ locale, key: 'button.newest' }, { route: 'adm:promos' }));
  if (page.nextAfter !== undefined) {
    const older = { route: 'adm:promos', id: page.nextAfter } as const;
    turns.push(button({ locale, key: 'button.older' }, older));
  }
  const buttons = page.rows.map(({ campaignId: id, name }) => [
    button({ locale, key: 'offers.button.campaign', params: { name } }, { route: 'adm:promo', id }),
  ]);
  return {
    text: lines(
      say(locale, 'offers.promo.list'),
      '',
      ...page.rows.map((card) => campaignLine(ctx, card)),
      page.rows.length === 0 && say(locale, 'offers.promo.none'),
    ),
    rows: [...buttons, turns],
  };
}

function campaignLine(ctx: BotContext, card: CampaignCard): string {
  const { name, used, budget, isActive } = card;
  const state = isActive ? '✅' : '⛔️';
  const params = { state, name, used, budget: budget === null ? '∞' : String(budget) };
  return say(localeOf(ctx), 'offers.promo.line', params);
}

export function budgetLine(ctx: BotContext, budget: number | null): string {
  const locale = localeOf(ctx);
  return budget === null
    ? say(locale, 'offers.promo.unlimited')
    : say(locale, 'offers.promo.budget', { budget });
}

/** The effects in the words people see, and that of a trial, which has none of them. */
export function whatItDoes(ctx: BotContext, effect: PromoEffect): readonly string[] {
  const locale = localeOf(ctx);
  return effect.kind === 'trial'
    ? [say(locale, 'offers.promo.trial')]
    : effectLines(effect, locale);
}
