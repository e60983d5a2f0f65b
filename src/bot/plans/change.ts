import { assertNever } from '../../domain/assert';
import { canPay } from '../../domain/billing/plan-payers';
import type { TariffChangeRefusal } from '../../commands/plan-changes';
import type { SubscriptionView, TariffCard } from '../../reads/billing';
import { priceAnswers } from '../prices/answering';
import { noteScreen, showQuote, tellRefusal } from '../billing/offers';
import { pricesText } from '../billing/plans';
import { NEW_MESSAGE } from '../callback-data';
import {
  localeOf,
  show,
  tell,
  type BotContext,
  type CallbackHandlers,
  type Press,
} from '../context';
import { instantText } from '../display';
import type { BotParts } from '../parts';
import { button, lines, openButton, type Screen } from '../screen';
import { say } from '../wording';

/** Changing the plan that runs: dearer ones at once, cheaper ones at the end (SB-18, SB-19). */
export function planChangeFeature(parts: BotParts) {
  const callbacks: CallbackHandlers<'sub:plans' | 'sub:to' | 'sub:at' | 'sub:keep'> = {
    'sub:plans': (ctx, press) =>
      withPlan(ctx, parts, (plan) =>
        showPlans(ctx, parts, { plan, isNew: press.arg === NEW_MESSAGE }),
      ),
    'sub:to': (ctx, press) => withPlan(ctx, parts, (plan) => changeTo(ctx, parts, { plan, press })),
    'sub:at': (ctx, press) => withPlan(ctx, parts, (plan) => schedule(ctx, parts, { plan, press })),
    'sub:keep': (ctx) => withPlan(ctx, parts, (plan) => keep(ctx, parts, plan)),
  };
  return { callbacks: { ...callbacks, ...priceAnswers(parts) } };
}

/** The person's own running plan, which the buttons are about whatever they carry (BOT-4). */
async function withPlan(
  ctx: BotContext,
  parts: BotParts,
  act: (plan: SubscriptionView) => Promise<void>,
): Promise<void> {
  const plan = await parts.reads.subscription(ctx.visit.userId);
  const isRunning = plan && plan.state !== 'expired' && plan.state !== 'ended';
  if (isRunning && plan.paidIn !== null) await act(plan);
  else await show(ctx, noteScreen(ctx, 'plans.no_plan'));
}

async function showPlans(
  ctx: BotContext,
  parts: BotParts,
  { plan, isNew }: { plan: SubscriptionView; isNew: boolean },
): Promise<void> {
  const cards = await plansFor(ctx, parts, plan);
  await show(ctx, plansScreen(ctx, plan, cards), { isNew });
}

async function plansFor(
  ctx: BotContext,
  parts: BotParts,
  plan: SubscriptionView,
): Promise<readonly TariffCard[]> {
  const cards = await parts.reads.catalogue(ctx.visit.asOf);
  return cards.filter(
    (card) =>
      (card.kind === 'subscription' || card.kind === 'mixed') &&
      card.tariffVersionId !== plan.tariffVersionId &&
      card.prices.some(({ currency }) => currency === plan.paidIn) &&
      (plan.state !== 'past_due' || isInstead(card, plan)),
  );
}

/** What is unpaid may be exchanged for less, if its payer can pay that: nothing of it has begun (SB-16). */
function isInstead(card: TariffCard, { roublePrice, driver, paidIn }: SubscriptionView): boolean {
  const price = card.prices.find(({ currency }) => currency === roublePrice?.currency);
  const isSmaller = price !== undefined && roublePrice !== null && price.minor < roublePrice.minor;
  return isSmaller && canPay({ driver, paidIn: paidIn ?? undefined }, card);
}

function plansScreen(
  ctx: BotContext,
  plan: SubscriptionView,
  cards: readonly TariffCard[],
): Screen {
  const locale = localeOf(ctx);
  const until = instantText(plan.periodEnd, ctx.visit.place);
  const next = plan.nextPlanName;
  const text = lines(
    say(locale, 'plans.title'),
    say(locale, 'plans.current', { name: plan.planName[locale], until }),
    next !== null && say(locale, 'plans.next', { name: next[locale], from: until }),
    cards.length > 0 && '',
    ...cards.map(({ name, prices }) =>
      say(locale, 'tariffs.line', { name: name[locale], prices: pricesText(prices, locale) }),
    ),
    '',
    say(locale, cards.length > 0 ? 'plans.choose' : 'plans.none'),
  );
  const choices = cards.map(({ tariffId: id, name }) => [
    { label: name[locale], press: { route: 'sub:to', id } } as const,
  ]);
  const keepRow = next === null ? [] : [[openButton(locale, 'button.keep_plan', 'sub:keep')]];
  return {
    text,
    rows: [...choices, ...keepRow, [openButton(locale, 'button.back', 'nav:sub')]],
  };
}

interface Choice {
  readonly plan: SubscriptionView;
  readonly press: Press;
}

async function changeTo(ctx: BotContext, parts: BotParts, choice: Choice): Promise<void> {
  const card = await chosenCard(ctx, parts, choice.press);
  if (!card) return;
  if (choice.plan.state === 'past_due') {
    await show(ctx, insteadScreen(ctx, card));
    return;
  }
  const { tariffVersionId } = card;
  const currency = choice.plan.paidIn ?? '';
  const { userId, asOf } = ctx.visit;
  const wish = { tariffVersionId, currency, purpose: 'upgrade', userId, asOf } as const;
  const outcome = await parts.records.createQuote(wish);
  if (outcome.kind === 'quoted') await showQuote(ctx, parts, outcome);
  else if (outcome.reason === 'change_at_end') await show(ctx, laterScreen(ctx, card, choice.plan));
  else await tellRefusal(ctx, parts, outcome);
}

async function chosenCard(
  ctx: BotContext,
  parts: BotParts,
  press: Press,
): Promise<TariffCard | undefined> {
  const { id } = press;
  const card = id === undefined ? undefined : await parts.reads.tariff(id, ctx.visit.asOf);
  if (!card) await tell(ctx, { key: 'tariffs.gone' });
  return card;
}

function laterScreen(ctx: BotContext, card: TariffCard, plan: SubscriptionView): Screen {
  const locale = localeOf(ctx);
  const from = instantText(plan.periodEnd, ctx.visit.place);
  const confirm = button(
    { locale, key: 'button.begin_at_end', params: { at: from } },
    { route: 'sub:at', id: card.tariffId },
  );
  return {
    text: say(locale, 'plans.at_end', { name: card.name[locale], from }),
    rows: [[confirm], [openButton(locale, 'button.back', 'sub:plans')]],
  };
}

/** An unpaid period is paid as one of the smaller plan, which begins with that payment. */
function insteadScreen(ctx: BotContext, card: TariffCard): Screen {
  const locale = localeOf(ctx);
  const confirm = button(
    { locale, key: 'button.dun_small_ok' },
    { route: 'sub:at', id: card.tariffId },
  );
  return {
    text: say(locale, 'dun.small_ask', { name: card.name[locale] }),
    rows: [[confirm], [openButton(locale, 'button.back', 'sub:plans')]],
  };
}

async function schedule(ctx: BotContext, parts: BotParts, choice: Choice): Promise<void> {
  const card = await chosenCard(ctx, parts, choice.press);
  if (card) await change(ctx, parts, { plan: choice.plan, card });
}

async function keep(ctx: BotContext, parts: BotParts, plan: SubscriptionView): Promise<void> {
  await change(ctx, parts, { plan, card: undefined });
}

async function change(
  ctx: BotContext,
  parts: BotParts,
  wish: { plan: SubscriptionView; card: TariffCard | undefined },
): Promise<void> {
  const { plan, card } = wish;
  const locale = localeOf(ctx);
  const outcome = await parts.commands.changeTariff({
    subscriptionId: plan.subscriptionId,
    userId: ctx.visit.userId,
    tariffVersionId: card?.tariffVersionId ?? null,
  });
  const rows = [[openButton(locale, 'button.subscription', 'nav:sub')]];
  switch (outcome.kind) {
    case 'scheduled': {
      const from = instantText(outcome.from, ctx.visit.place);
      const name = card?.name[locale] ?? '';
      await show(ctx, { text: say(locale, 'plans.scheduled', { name, from }), rows });
      return;
    }
    case 'withdrawn':
      await show(ctx, { text: say(locale, 'plans.withdrawn'), rows });
      return;
    case 'refused':
      await show(ctx, refusalScreen(ctx, plan, outcome.reason));
      return;
    default:
      assertNever(outcome);
  }
}

/** Who cannot pay the plan is named, with the way to choose somebody who can. */
function refusalScreen(
  ctx: BotContext,
  { subscriptionId: id, driver, cardLabel }: SubscriptionView,
  reason: TariffChangeRefusal,
): Screen {
  const locale = localeOf(ctx);
  const home = [openButton(locale, 'button.subscription', 'nav:sub')];
  const text = say(locale, `plans.refused.${reason}`, {
    driver: say(locale, `sub.driver.${driver}`, { card: cardLabel ?? '' }),
  });
  if (reason !== 'driver_cannot_pay') return { text, rows: [home] };
  return {
    text,
    rows: [[button({ locale, key: 'button.sub_how' }, { route: 'sub:how', id })], home],
  };
}
