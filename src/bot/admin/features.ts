import { Composer } from 'grammy';
import { assert } from '../../domain/assert';
import { adjustingFeature } from '../approvals/adjusting';
import { approveFeature } from '../approvals/approve';
import { broadcastFeature } from '../approvals/broadcast';
import type { BotContext } from '../context';
import type { BotParts } from '../parts';
import { actionsFeature } from './actions';
import { apiKeysFeature } from './api-keys';
import { refundsAdminFeature } from '../refunds/admin';
import { blockingFeature } from './blocking';
import { clockFeature } from './clock';
import { adminCommands, type AdminFeature } from './gate';
import { holdsFeature } from './holds';
import { maintenanceFeature } from './maintenance';
import { menuFeature } from './menu';
import { messagesFeature } from './messages';
import { campaignsFeature } from '../offers/campaigns';
import { priceOffersFeature } from '../offers/price-offers';
import { managedTariffsFeature } from '../offers/tariffs';
import { multipliersFeature } from './multipliers';
import { openItemsFeature } from './open-items';
import { paymentsFeature } from './payments';
import { peopleFeature } from './people';
import { subscriptionRepairsFeature } from './subscription-repairs';
import { statsFeature } from './stats';
import { stuckFeature } from './stuck';
import { topicsFeature } from './topics';
import { usageFeature } from './usage';

/**
 * The administration in the bot: one list of features, one gate for all of them (OPS-10). The order of the list is
 * that of the menu.
 */
export function adminFeature(parts: BotParts) {
  const people = peopleFeature(parts);
  const openItems = openItemsFeature(parts);
  const stuck = stuckFeature(parts);
  const stats = statsFeature(parts);
  const approve = approveFeature(parts);
  const broadcast = broadcastFeature(parts);
  const adjusting = adjustingFeature(parts);
  const refunds = refundsAdminFeature(parts);
  const switches = switchFeatures(parts);
  const shop = shopFeatures(parts);
  const topics = topicsFeature(parts);
  const messages = messagesFeature(parts);
  const payments = paymentsFeature(parts);
  const repairs = subscriptionRepairsFeature(parts);
  const work = workFeatures(parts);
  const features = [
    people,
    openItems,
    stuck,
    stats,
    adjusting,
    refunds,
    approve,
    broadcast,
    ...shop.features,
    ...switches.features,
    topics,
    messages,
    payments,
    repairs,
    ...work.features,
  ];
  const { commands, menu, reasons } = framework(features);
  const questions = [people.questions, payments.questions, broadcast.questions];
  return {
    composer: adminCommands([...menu.commands, ...commands]),
    /** These take any text while a question is open, so they come after every command. */
    questions: new Composer<BotContext>(reasons.composer, ...questions),
    callbacks: {
      ...menu.callbacks,
      ...reasons.callbacks,
      ...people.callbacks,
      ...openItems.callbacks,
      ...stuck.callbacks,
      ...stats.callbacks,
      ...adjusting.callbacks,
      ...approve.callbacks,
      ...broadcast.callbacks,
      ...refunds.callbacks,
      ...switches.callbacks,
      ...shop.callbacks,
      ...topics.callbacks,
      ...messages.callbacks,
      ...payments.callbacks,
      ...repairs.callbacks,
      ...work.callbacks,
    },
  };
}

/** Who may do anything now, and what time it is for them. */
function switchFeatures(parts: BotParts) {
  const blocking = blockingFeature(parts);
  const maintenance = maintenanceFeature(parts);
  const clock = clockFeature(parts);
  return {
    features: [blocking, maintenance, clock],
    callbacks: { ...blocking.callbacks, ...maintenance.callbacks },
  };
}

/** What is on sale, and what makes it cheaper. */
function shopFeatures(parts: BotParts) {
  const campaigns = campaignsFeature(parts);
  const tariffs = managedTariffsFeature(parts);
  const prices = priceOffersFeature(parts);
  return {
    features: [campaigns, tariffs, prices],
    callbacks: { ...campaigns.callbacks, ...tariffs.callbacks, ...prices.callbacks },
  };
}

/** Work that costs tokens: who may ask for it, what it is charged, what it has cost and what is reserved for it. */
function workFeatures(parts: BotParts) {
  const multipliers = multipliersFeature(parts);
  const usage = usageFeature(parts);
  const apiKeys = apiKeysFeature(parts);
  const holds = holdsFeature(parts);
  return {
    features: [multipliers, usage, apiKeys, holds],
    callbacks: { ...usage.callbacks, ...apiKeys.callbacks, ...holds.callbacks },
  };
}

/** What all features share: the menu of their commands, and the reasons of their actions. */
function framework(features: readonly Pick<AdminFeature<never>, 'commands' | 'actions'>[]) {
  const commands = features.flatMap((feature) => feature.commands);
  const actions = features.flatMap((feature) => feature.actions ?? []);
  assert(new Set(actions.map(({ name }) => name)).size === actions.length, 'two actions, one name');
  return { commands, menu: menuFeature(commands), reasons: actionsFeature(actions) };
}
