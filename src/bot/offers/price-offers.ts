import { OFFER_DAYS } from '../../domain/billing/price-change';
import type { ManagedTariff } from '../../reads/admin/tariffs';
import type { PriceProspect } from '../../reads/price-offers';
import { askReason, type AdminAction } from '../admin/actions';
import { guarded, refuseButton, type AdminFeature, type Role } from '../admin/gate';
import { tellOutcome } from '../admin/outcome';
import { localeOf, tell, type BotContext, type Press } from '../context';
import { instantText } from '../display';
import type { BotParts } from '../parts';
import { button, lines, type Button } from '../screen';
import { say } from '../wording';

const ADMINS: readonly Role[] = ['admin'];

/** Offering the newest version of a tariff to those who have an older one, and taking that back (SB-23). */
export function priceOffersFeature(parts: BotParts): AdminFeature<'adm:price' | 'adm:unprice'> {
  const offer = offerAction(parts);
  const withdraw = withdrawAction(parts);
  return {
    commands: [],
    callbacks: guarded(ADMINS, {
      'adm:price': (ctx, press) => pressTariff(ctx, offer, press),
      'adm:unprice': (ctx, press) => pressTariff(ctx, withdraw, press),
    }),
    actions: [offer, withdraw],
  };
}

/** How many have older versions, and how an offer goes; for the card of a tariff. */
export function prospectLines(ctx: BotContext, prospect: PriceProspect): readonly string[] {
  const { place } = ctx.visit;
  const { audience, standing } = prospect;
  const { touched: count } = audience;
  const touched = count > 0 ? [say(place.locale, 'offers.price.touched', { count })] : [];
  if (!standing) return touched;
  const { offered, total, accepted, kept, closesAt } = standing;
  const until = instantText(closesAt, place);
  const figures = { offered, total, accepted, kept, until };
  return [...touched, say(place.locale, 'offers.price.running', figures)];
}

export function prospectButtons(
  ctx: BotContext,
  { tariffId: id }: ManagedTariff,
  { audience, standing }: PriceProspect,
): readonly Button[] {
  const locale = localeOf(ctx);
  const { touched: count } = audience;
  const words = { locale, key: 'offers.button.price', params: { count } } as const;
  return [
    ...(count > 0 ? [button(words, { route: 'adm:price', id })] : []),
    ...(standing
      ? [button({ locale, key: 'offers.button.unprice' }, { route: 'adm:unprice', id })]
      : []),
  ];
}

async function pressTariff(ctx: BotContext, action: AdminAction, { id }: Press): Promise<void> {
  if (id === undefined) await refuseButton(ctx);
  else await askReason(ctx, action, { tariffId: id });
}

function offerAction(parts: BotParts): AdminAction {
  return {
    name: 'offer_prices',
    roles: ADMINS,
    describe: async (ctx, params) => {
      const tariff = await parts.reads.managedTariff(String(params['tariffId']));
      const prospect = tariff && (await parts.reads.priceProspect(tariff.tariffId));
      if (!prospect || prospect.audience.touched === 0) return undefined;
      return previewOf(ctx, tariff, prospect);
    },
    perform: async (ctx, { operationId, reason, params }) => {
      const tariffId = String(params['tariffId']);
      const prospect = await parts.reads.priceProspect(tariffId);
      const outcome = await parts.commands.operate({
        ...{ operationId, action: 'offer_prices', reason },
        params: { priceChangeId: operationId, tariffId, version: prospect?.version ?? 1 },
        operator: { userId: ctx.visit.userId },
      });
      await tellOutcome(ctx, outcome);
    },
  };
}

/** Whom it touches and whom not, before anybody is written to. */
function previewOf(ctx: BotContext, tariff: ManagedTariff, prospect: PriceProspect): string {
  const locale = localeOf(ctx);
  const { version, audience } = prospect;
  const { touched: count, byTelegram, ending, offered } = audience;
  return lines(
    say(locale, 'offers.price.ask', { version, slug: tariff.slug, count }),
    say(locale, 'offers.price.rest', { byTelegram, ending, offered }),
    say(locale, 'offers.price.rule', { days: OFFER_DAYS }),
  );
}

function withdrawAction(parts: BotParts): AdminAction {
  const standingOf = async (tariffId: unknown) =>
    (await parts.reads.priceProspect(String(tariffId)))?.standing;
  return {
    name: 'withdraw_prices',
    roles: ADMINS,
    describe: async (ctx, { tariffId }) => {
      const standing = await standingOf(tariffId);
      return standing && say(localeOf(ctx), 'offers.price.withdraw', { open: standing.open });
    },
    perform: async (ctx, { reason, params }) => {
      const standing = await standingOf(params['tariffId']);
      const operatorId = ctx.visit.userId;
      const outcome =
        standing &&
        (await parts.commands.withdrawPrices({
          ...{ priceChangeId: standing.priceChangeId, operatorId, reason },
        }));
      const isDone = outcome?.kind === 'withdrawn';
      await tell(ctx, {
        key: isDone ? 'offers.price.withdrawn' : 'offers.price.not_withdrawn',
      });
    },
  };
}
