import { Composer } from 'grammy';
import { PEGGED_CURRENCY } from '../../domain/billing/topup-limits';
import type { TopupWish } from '../../records/auto-topups';
import { NEW_MESSAGE } from '../callback-data';
import { show, tell, toast, type BotContext, type CallbackHandlers, type Press } from '../context';
import type { BotParts } from '../parts';
import { offerSaving, payAndSave } from './saving';
import {
  autoScreen,
  changeOf,
  consentHash,
  CONSENT_VERSION,
  firstAmounts,
  settingScreen,
  type Setting,
  type TopupView,
} from './screens';

type AutoRoute =
  'nav:auto' | 'auto:on' | 'auto:off' | 'auto:quit' | 'auto:set' | 'auto:card' | 'auto:pay';

/** A person's standing order to top up by themselves, and the consent behind it. */
export function autoTopupFeature(parts: BotParts) {
  const composer = new Composer<BotContext>();
  composer.command('autotopup', (ctx) => showAuto(ctx, parts));
  const callbacks: CallbackHandlers<AutoRoute> = {
    'nav:auto': (ctx, press) => showAuto(ctx, parts, press.arg === NEW_MESSAGE),
    'auto:on': (ctx, press) => switchOn(ctx, parts, press),
    'auto:off': (ctx) => choose(ctx, parts, { kind: 'off' }),
    'auto:quit': (ctx) => choose(ctx, parts, { kind: 'withdraw' }),
    'auto:set': (ctx, press) => setAmount(ctx, parts, press.arg ?? ''),
    'auto:card': (ctx) => whileOffered(ctx, parts, () => offerSaving(ctx, parts)),
    'auto:pay': (ctx, press) => whileOffered(ctx, parts, () => payAndSave(ctx, parts, press)),
  };
  return { composer, callbacks };
}

async function viewOf(ctx: BotContext, parts: BotParts): Promise<TopupView> {
  const operatorCapMinor = parts.settings.autoTopupDailyCapMinor ?? 0;
  return { ...(await parts.reads.autoTopup(ctx.visit.userId)), operatorCapMinor };
}

/** An operator who offers none leaves the person nothing but what they have, to be switched off. */
async function whileOffered(
  ctx: BotContext,
  parts: BotParts,
  act: (view: TopupView) => Promise<void>,
): Promise<void> {
  const view = await viewOf(ctx, parts);
  if (view.operatorCapMinor > 0) await act(view);
  else await tell(ctx, { key: 'auto.unavailable' });
}

async function showAuto(ctx: BotContext, parts: BotParts, isNew = false): Promise<void> {
  const view = await viewOf(ctx, parts);
  if (view.operatorCapMinor > 0 || view.standing?.isActive) {
    await show(ctx, autoScreen(ctx, view), { isNew });
  } else await tell(ctx, { key: 'auto.unavailable' });
}

async function switchOn(ctx: BotContext, parts: BotParts, press: Press): Promise<void> {
  const { id: methodId } = press;
  await whileOffered(ctx, parts, async (view) => {
    const card = view.cards.find((known) => known.methodId === methodId);
    if (!card) {
      await tell(ctx, { key: 'auto.card_gone' });
      return;
    }
    const { place } = ctx.visit;
    await choose(ctx, parts, {
      ...{ kind: 'on', methodId: card.methodId, currency: PEGGED_CURRENCY },
      ...{ textVersion: CONSENT_VERSION, textHash: consentHash(place.locale) },
      ...firstAmounts(view.operatorCapMinor),
    });
  });
}

const DONE = {
  on: 'auto.done.on',
  off: 'auto.done.off',
  withdraw: 'auto.done.withdraw',
  change: 'auto.done.change',
} as const;

async function choose(ctx: BotContext, parts: BotParts, wish: TopupWish): Promise<void> {
  const { userId, asOf, arrival } = ctx.visit;
  const outcome = await parts.records.chooseAutoTopup({ userId, wish, asOf });
  // What it should do now, and a timer it waits by, are its workflow's business.
  if (outcome === 'done') {
    await parts.commands.wakeAutoTopup({ userId, clockOffsetMs: arrival.clockOffsetMs });
  }
  await toast(ctx, { key: outcome === 'done' ? DONE[wish.kind] : 'auto.refused' });
  await showAuto(ctx, parts);
}

async function setAmount(ctx: BotContext, parts: BotParts, arg: string): Promise<void> {
  const view = await viewOf(ctx, parts);
  if (!view.standing?.isActive) {
    await tell(ctx, { key: 'auto.refused' });
    return;
  }
  if (isSetting(arg)) {
    await show(ctx, settingScreen(ctx, { setting: arg, view }));
    return;
  }
  const change = changeOf(arg, view);
  if (change) await choose(ctx, parts, change);
  else await tell(ctx, { key: 'auto.refused' });
}

function isSetting(text: string): text is Setting {
  return text === 'thr' || text === 'tgt' || text === 'cap';
}
