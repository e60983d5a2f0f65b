import { Bot } from 'grammy';
import { adminFeature } from './admin/features';
import { newsCallbacks } from './approvals/news';
import { attend, resetByCommand } from './attendance';
import { autoTopupFeature } from './auto-topup/auto-topup';
import { balanceFeature } from './billing/balance';
import { historyFeature } from './billing/history';
import { costsFeature } from './costs/costs';
import { invoicesFeature } from './billing/invoices';
import { ordersFeature } from './billing/orders';
import { starsDecisions, starsReports } from './billing/stars';
import { tariffsFeature } from './billing/tariffs';
import { topupFeature } from './billing/topup';
import { limitsFeature } from './limits/limits';
import { planChangeFeature } from './plans/change';
import { growthFeature } from './growth/growth';
import type { Route } from './callback-data';
import { routeCallbacks } from './callbacks';
import type { BotContext, CallbackHandlers } from './context';
import { fallbacks } from './fallbacks';
import { myDataFeature } from './privacy/my-data';
import { consentFeature, consentGate } from './privacy/consent';
import { blockedGate, maintenanceGate, privacyGate, rateGate } from './gates';
import { helpFeature } from './help';
import { errorBoundary } from './incidents';
import { menuFeature } from './menu';
import type { BotParts } from './parts';
import { refundFeature } from './refunds/refund';
import { patience } from './patience';
import { promoFeature } from './promo/codes';
import { reachability } from './reachability';
import { receiptsFeature } from './receipts/receipts';
import { settingsFeature } from './settings';
import { subscriptionFeature } from './subscription/subscription';
import { watchUpdates } from './watching';
import { whyFeature } from './why/why';

/** Telegram hanging must not hang us; the long poll of 30 seconds still fits. */
const ANSWER_WITHIN_SECONDS = 45;

export type BillingBot = Bot<BotContext>;

/** The bot, speaking to `apiRoot` or to Telegram itself. It does nothing until it is polled or given updates. */
export function createBot(
  token: string,
  parts: BotParts,
  options: { readonly apiRoot?: string } = {},
): BillingBot {
  const { apiRoot } = options;
  const bot = new Bot<BotContext>(token, {
    client: { timeoutSeconds: ANSWER_WITHIN_SECONDS, ...(apiRoot ? { apiRoot } : {}) },
  });
  bot.api.config.use(patience);
  bot.use(watchUpdates(parts));
  bot.use(starsReports(parts));
  bot.use(attend(parts), errorBoundary(parts));
  bot.use(starsDecisions(parts), reachability(parts));
  bot.use(privacyGate(), blockedGate(parts), maintenanceGate(), rateGate(parts), resetByCommand);
  bot.use(consentGate(parts));
  addFeatures(bot, parts);
  bot.use(fallbacks());
  return bot;
}

/** One composer per feature; the object below does not compile while a button exists that none of them handles. */
function addFeatures(bot: BillingBot, parts: BotParts): void {
  const menu = menuFeature(parts);
  const balance = balanceFeature(parts);
  const tariffs = tariffsFeature(parts);
  const invoices = invoicesFeature(parts);
  const history = historyFeature(parts);
  const settings = settingsFeature(parts);
  const help = helpFeature(parts);
  const consent = consentFeature(parts);
  const myData = myDataFeature(parts);
  const topup = topupFeature(parts);
  const plans = planChangeFeature(parts);
  const subscription = subscriptionFeature(parts, { ...topup.callbacks, ...plans.callbacks });
  const orders = ordersFeature(parts);
  const promo = promoFeature(parts);
  const growth = growthFeature(parts);
  const admin = adminFeature(parts);
  const receipts = receiptsFeature(parts);
  const refund = refundFeature(parts);
  const why = whyFeature(parts);
  const limits = limitsFeature(parts);
  const costs = costsFeature(parts);
  const autoTopup = autoTopupFeature(parts);
  const handlers: CallbackHandlers<Route> = {
    ...menu.callbacks,
    ...balance.callbacks,
    ...tariffs.callbacks,
    ...invoices.callbacks,
    ...history.callbacks,
    ...subscription.callbacks,
    ...settings.callbacks,
    ...help.callbacks,
    ...consent.callbacks,
    ...myData.callbacks,
    ...topup.callbacks,
    ...orders.callbacks,
    ...promo.callbacks,
    ...growth.callbacks,
    ...admin.callbacks,
    ...plans.callbacks,
    ...receipts.callbacks,
    ...refund.callbacks,
    ...why.callbacks,
    ...limits.callbacks,
    ...costs.callbacks,
    ...autoTopup.callbacks,
    ...newsCallbacks(parts),
  };
  bot.use(routeCallbacks(handlers));
  for (const feature of [menu, balance, tariffs, invoices, history, subscription, settings, help]) {
    bot.use(feature.composer);
  }
  bot.use(refund.composer, limits.composer, autoTopup.composer);
  bot.use(promo.composer, growth.composer, admin.composer, myData.composer, why.composer);
  bot.use(costs.composer);
  // Last, because an open question takes any text: commands come before dialogues.
  bot.use(topup.composer, promo.questions, growth.questions, admin.questions);
  bot.use(refund.questions, limits.questions, subscription.questions);
}
