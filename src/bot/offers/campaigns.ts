import { InputFile } from 'grammy';
import { problemOfCampaign, type NewCampaign } from '../../domain/billing/campaigns';
import { readCampaignLine } from '../../domain/billing/campaign-line';
import { askReason, type ActionParams, type AdminAction } from '../admin/actions';
import { csvPart } from '../admin/csv';
import { guarded, refuseButton, type AdminFeature, type Role } from '../admin/gate';
import { tellOutcome } from '../admin/outcome';
import { localeOf, show, tell, type BotContext, type Press } from '../context';
import { instantText } from '../display';
import type { BotParts } from '../parts';
import { lines } from '../screen';
import { say, sayPlainly } from '../wording';
import { budgetLine, campaignScreen, campaignsScreen, whatItDoes } from './campaign-card';

const ADMINS: readonly Role[] = ['admin'];

type CampaignRoute = 'adm:promos' | 'adm:promo' | 'adm:code' | 'adm:codes';

/** Campaigns and their codes: made in one line, listed, switched and handed out as a file (PR-10). */
export function campaignsFeature(parts: BotParts): AdminFeature<CampaignRoute> {
  const create = createAction(parts);
  const turn = switchAction(parts);
  return {
    commands: [
      {
        command: 'promo_new',
        roles: ADMINS,
        handler: (ctx, line) => typed(ctx, { parts, create, line }),
      },
      { command: 'promo_list', roles: ADMINS, handler: (ctx) => showList(ctx, parts, undefined) },
      {
        command: 'promo_off',
        roles: ADMINS,
        handler: (ctx, code) => typedOff(ctx, { parts, turn, code }),
      },
    ],
    callbacks: guarded(ADMINS, {
      'adm:promos': (ctx, press) => showList(ctx, parts, press.id),
      'adm:promo': (ctx, press) => showCard(ctx, parts, press.id),
      'adm:code': (ctx, press) => pressSwitch(ctx, turn, press),
      'adm:codes': (ctx, press) => sendCodes(ctx, parts, press.id),
    }),
    actions: [create, turn],
  };
}

async function typed(
  ctx: BotContext,
  asked: { parts: BotParts; create: AdminAction; line: string },
): Promise<void> {
  const { parts, create, line } = asked;
  if (line === '') {
    const text = say(localeOf(ctx), 'offers.promo.usage');
    await show(ctx, { text, rows: [] }, { isNew: true });
    return;
  }
  const read = readCampaignLine(line);
  if (read.kind === 'unread') {
    await tell(ctx, { key: 'offers.promo.unread', params: { word: read.word } });
    return;
  }
  const { tariff: slug, ...wish } = read.value;
  const tariff = slug === undefined ? undefined : await parts.reads.managedTariffBySlug(slug);
  if (slug !== undefined && !tariff) {
    await tell(ctx, { key: 'offers.tariff.unknown', params: { slug } });
    return;
  }
  const campaign = { ...wish, ...(tariff ? { tariffId: tariff.tariffId } : {}) };
  const field = problemOfCampaign(campaign);
  if (field !== undefined) await tell(ctx, { key: 'offers.promo.out_of_range', params: { field } });
  else await askReason(ctx, create, flat(campaign));
}

/** A campaign is flat already; only what was not said is left out. */
function flat(campaign: NewCampaign): ActionParams {
  const entries = Object.entries(campaign).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries);
}

function createAction(parts: BotParts): AdminAction {
  return {
    name: 'create_promo',
    roles: ADMINS,
    describe: async (ctx, params) => {
      const campaign = params as unknown as NewCampaign;
      const { tariffId } = campaign;
      const tariff = tariffId === undefined ? undefined : await parts.reads.managedTariff(tariffId);
      return tariffId !== undefined && !tariff ? undefined : describe(ctx, campaign, tariff?.slug);
    },
    perform: async (ctx, { operationId, reason, params }) => {
      const outcome = await parts.commands.operate({
        ...{ operationId, action: 'create_promo', reason },
        params: params as unknown as NewCampaign,
        operator: { userId: ctx.visit.userId },
      });
      const isDone = await tellOutcome(ctx, outcome);
      if (isDone && outcome.kind === 'done') await showCard(ctx, parts, madeOf(outcome.result));
    },
  };
}

/** The campaign in an operation's result. */
function madeOf(result: unknown): string | undefined {
  const { campaignId } = (result ?? {}) as { readonly campaignId?: string };
  return campaignId;
}

function describe(ctx: BotContext, campaign: NewCampaign, slug: string | undefined): string {
  const { place } = ctx.visit;
  const { locale } = place;
  const { code, count = 1, perUser = 1, validFrom, validUntil, budget } = campaign;
  const effect = {
    ...{ codeId: '', kind: campaign.kind, value: campaign.value },
    currency: campaign.currency ?? null,
    alsoBonusUtok: campaign.alsoBonusUtok ?? 0,
    alsoBonusDays: campaign.alsoBonusDays ?? 0,
  };
  return lines(
    say(locale, 'offers.promo.create', { name: campaign.name }),
    count === 1
      ? say(locale, 'offers.promo.code', { code })
      : say(locale, 'offers.promo.codes', { count, code: `${code}-…` }),
    ...whatItDoes(ctx, effect),
    slug !== undefined && say(locale, 'offers.promo.tariff', { slug }),
    budgetLine(ctx, budget ?? null),
    say(locale, 'offers.promo.per_user', { count: perUser }),
    validFrom !== undefined &&
      say(locale, 'offers.promo.from', { at: instantText(validFrom, place) }),
    validUntil !== undefined &&
      say(locale, 'offers.promo.until', { at: instantText(validUntil, place) }),
  );
}

async function showList(
  ctx: BotContext,
  parts: BotParts,
  after: string | undefined,
): Promise<void> {
  const page = await parts.reads.campaigns(after);
  await show(ctx, campaignsScreen(ctx, page, after !== undefined));
}

async function showCard(ctx: BotContext, parts: BotParts, id: string | undefined): Promise<void> {
  const card = id === undefined ? undefined : await parts.reads.campaign(id);
  if (card) await show(ctx, campaignScreen(ctx, card));
  else await refuseButton(ctx);
}

async function typedOff(
  ctx: BotContext,
  asked: { parts: BotParts; turn: AdminAction; code: string },
): Promise<void> {
  const { parts, turn, code } = asked;
  if (code === '') {
    await tell(ctx, { key: 'offers.promo.off_usage' });
    return;
  }
  const found = await parts.reads.codeByText(code);
  if (!found) await tell(ctx, { key: 'offers.promo.unknown' });
  else await askReason(ctx, turn, { what: 'code', id: found.codeId, code: found.code, on: 0 });
}

async function pressSwitch(ctx: BotContext, turn: AdminAction, press: Press): Promise<void> {
  const { id, arg } = press;
  if (id === undefined || (arg !== 'on' && arg !== 'off')) await refuseButton(ctx);
  else await askReason(ctx, turn, { what: 'campaign', id, on: arg === 'on' ? 1 : 0 });
}

function switchAction(parts: BotParts): AdminAction {
  return {
    name: 'switch_promo',
    roles: ADMINS,
    describe: async (ctx, params) => {
      const standing = await standingOf(parts, params);
      const isOn = params['on'] === 1;
      if (!standing || standing.isActive === isOn) return undefined;
      const key = isOn ? 'offers.promo.switch_on' : 'offers.promo.switch_off';
      return say(localeOf(ctx), key, { name: standing.name });
    },
    perform: async (ctx, { operationId, reason, params }) => {
      const [what, id] = [whatOf(params), String(params['id'])];
      const outcome = await parts.commands.operate({
        ...{ operationId, action: 'switch_promo', reason },
        params: { what, id, isActive: params['on'] === 1 },
        operator: { userId: ctx.visit.userId },
      });
      const isDone = await tellOutcome(ctx, outcome);
      if (isDone && what === 'campaign') await showCard(ctx, parts, id);
    },
  };
}

function whatOf(params: ActionParams): 'code' | 'campaign' {
  return params['what'] === 'code' ? 'code' : 'campaign';
}

async function standingOf(
  parts: BotParts,
  params: ActionParams,
): Promise<{ readonly name: string; readonly isActive: boolean } | undefined> {
  if (whatOf(params) === 'campaign') return parts.reads.campaign(String(params['id']));
  const found = await parts.reads.codeByText(String(params['code']));
  return found && { name: found.code, isActive: found.isActive };
}

async function sendCodes(ctx: BotContext, parts: BotParts, id: string | undefined): Promise<void> {
  const card = id === undefined ? undefined : await parts.reads.campaign(id);
  if (!card) {
    await refuseButton(ctx);
    return;
  }
  const rows = await parts.reads.campaignCodes(card.campaignId);
  const caption = sayPlainly(localeOf(ctx), 'offers.promo.file', { name: card.name });
  const table = csvPart(
    ['code', 'active', 'max_uses', 'reserved', 'used'],
    rows.map((row) => [row.code, String(row.isActive), row.maxUses, row.reserved, row.used]),
    { locale: localeOf(ctx), isFirst: true },
  );
  await ctx.replyWithDocument(new InputFile(Buffer.from(table), 'codes.csv'), { caption });
}
