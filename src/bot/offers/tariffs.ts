import { readChanges, type TypedChanges } from '../../domain/billing/campaign-line';
import { changeTerms, problemOfTerms, type TariffTerms } from '../../domain/billing/tariff-terms';
import type { ManagedTariff } from '../../reads/admin/tariffs';
import { askReason, type AdminAction } from '../admin/actions';
import { guarded, refuseButton, type AdminFeature, type Role } from '../admin/gate';
import { tellOutcome } from '../admin/outcome';
import { localeOf, show, tell, type BotContext, type Press } from '../context';
import type { BotParts } from '../parts';
import { say } from '../wording';
import { tariffScreen, tariffsScreen } from './tariff-card';

const ADMINS: readonly Role[] = ['admin'];

const SWITCHES = {
  on: { isActive: true },
  off: { isActive: false },
  hide: { isHidden: true },
  show: { isHidden: false },
} as const;
type Switch = keyof typeof SWITCHES;

/** The catalogue as operators manage it: every change of terms is a new version (TP-1). */
export function managedTariffsFeature(
  parts: BotParts,
): AdminFeature<'adm:tars' | 'adm:tar' | 'adm:turn'> {
  const next = versionAction(parts);
  const turn = switchAction(parts);
  return {
    commands: [
      {
        command: 'tariffs_admin',
        roles: ADMINS,
        handler: (ctx, line) => typed(ctx, { parts, next, line }),
      },
    ],
    callbacks: guarded(ADMINS, {
      'adm:tars': (ctx) => showAll(ctx, parts),
      'adm:tar': (ctx, press) => showOne(ctx, parts, press.id),
      'adm:turn': (ctx, press) => pressSwitch(ctx, turn, press),
    }),
    actions: [next, turn],
  };
}

async function showAll(ctx: BotContext, parts: BotParts): Promise<void> {
  await show(ctx, tariffsScreen(ctx, await parts.reads.managedTariffs()));
}

async function showOne(ctx: BotContext, parts: BotParts, id: string | undefined): Promise<void> {
  const tariff = id === undefined ? undefined : await parts.reads.managedTariff(id);
  if (tariff) await showCard(ctx, parts, tariff);
  else await refuseButton(ctx);
}

async function showCard(ctx: BotContext, parts: BotParts, tariff: ManagedTariff): Promise<void> {
  const prospect = await parts.reads.priceProspect(tariff.tariffId);
  await show(ctx, tariffScreen(ctx, tariff, prospect));
}

/** `/tariffs_admin`, `/tariffs_admin basic`, `/tariffs_admin basic price=99RUB`. */
async function typed(
  ctx: BotContext,
  asked: { parts: BotParts; next: AdminAction; line: string },
): Promise<void> {
  const { parts, next, line } = asked;
  const [slug = '', ...words] = line.split(/\s+/);
  if (slug === '') {
    await showAll(ctx, parts);
    return;
  }
  const tariff = await parts.reads.managedTariffBySlug(slug);
  if (!tariff) await tell(ctx, { key: 'offers.tariff.unknown', params: { slug } });
  else if (words.length === 0) await showCard(ctx, parts, tariff);
  else await askVersion(ctx, next, { tariff, words });
}

async function askVersion(
  ctx: BotContext,
  next: AdminAction,
  { tariff, words }: { tariff: ManagedTariff; words: readonly string[] },
): Promise<void> {
  const read = readChanges(words);
  if (read.kind === 'unread') {
    await tell(ctx, { key: 'offers.tariff.unread', params: { word: read.word } });
    return;
  }
  const field = problemOfTerms(tariff.kind, changeTerms(termsOf(tariff), read.value));
  if (field !== undefined) {
    await tell(ctx, { key: 'offers.tariff.misfit', params: { field } });
    return;
  }
  const changes = JSON.stringify(read.value);
  await askReason(ctx, next, { tariffId: tariff.tariffId, changes, words: words.join(' ') });
}

function termsOf(tariff: ManagedTariff): TariffTerms {
  const { tokensUtok, feeUtok, periodUnit, periodCount, minAmount, maxAmount, prices } = tariff;
  return {
    ...{ tokensUtok, feeUtok, periodUnit, periodCount },
    minAmountMinor: minAmount?.minor ?? null,
    maxAmountMinor: maxAmount?.minor ?? null,
    prices: Object.fromEntries(prices.map(({ currency, minor }) => [currency, minor])),
  };
}

function versionAction(parts: BotParts): AdminAction {
  return {
    name: 'create_tariff_version',
    roles: ADMINS,
    describe: async (ctx, params) => {
      const tariff = await parts.reads.managedTariff(String(params['tariffId']));
      const changes = String(params['words']);
      return tariff && say(localeOf(ctx), 'offers.tariff.next', { slug: tariff.slug, changes });
    },
    perform: async (ctx, { operationId, reason, params }) => {
      const tariffId = String(params['tariffId']);
      const changes = JSON.parse(String(params['changes'])) as TypedChanges;
      const outcome = await parts.commands.operate({
        ...{ operationId, action: 'create_tariff_version', reason },
        params: { tariffId, changes },
        operator: { userId: ctx.visit.userId },
      });
      if (await tellOutcome(ctx, outcome)) await showOne(ctx, parts, tariffId);
    },
  };
}

async function pressSwitch(ctx: BotContext, turn: AdminAction, press: Press): Promise<void> {
  const { id, arg } = press;
  if (id === undefined || !isSwitch(arg)) await refuseButton(ctx);
  else await askReason(ctx, turn, { tariffId: id, to: arg });
}

function isSwitch(text: unknown): text is Switch {
  return typeof text === 'string' && Object.hasOwn(SWITCHES, text);
}

function switchAction(parts: BotParts): AdminAction {
  return {
    name: 'switch_tariff',
    roles: ADMINS,
    describe: async (ctx, { tariffId, to }) => {
      const tariff = await parts.reads.managedTariff(String(tariffId));
      if (!tariff || !isSwitch(to) || isSo(tariff, to)) return undefined;
      return say(localeOf(ctx), `offers.tariff.switch_${to}`, { slug: tariff.slug });
    },
    perform: async (ctx, { operationId, reason, params }) => {
      const { to } = params;
      if (!isSwitch(to)) return;
      const tariffId = String(params['tariffId']);
      const outcome = await parts.commands.operate({
        ...{ operationId, action: 'switch_tariff', reason },
        params: { tariffId, ...SWITCHES[to] },
        operator: { userId: ctx.visit.userId },
      });
      if (await tellOutcome(ctx, outcome)) await showOne(ctx, parts, tariffId);
    },
  };
}

function isSo(tariff: ManagedTariff, to: Switch): boolean {
  const wanted: Partial<Pick<ManagedTariff, 'isActive' | 'isHidden'>> = SWITCHES[to];
  const { isActive = tariff.isActive, isHidden = tariff.isHidden } = wanted;
  return isActive === tariff.isActive && isHidden === tariff.isHidden;
}
