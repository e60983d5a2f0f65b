import { Composer } from 'grammy';
import { assert } from '../../domain/assert';
import { adjustingFeature } from '../approvals/adjusting';
import { approveFeature } from '../approvals/approve';
import { broadcastFeature } from '../approvals/broadcast';
import type { BotContext } from '../context';
import type { BotParts } from '../parts';
import { actionsFeature } from './actions';
import { refundsAdminFeature } from '../refunds/admin';
import { blockingFeature } from './blocking';
import { adminCommands } from './gate';
import { maintenanceFeature } from './maintenance';
import { menuFeature } from './menu';
import { campaignsFeature } from '../offers/campaigns';
import { managedTariffsFeature } from '../offers/tariffs';
import { openItemsFeature } from './open-items';
import { peopleFeature } from './people';
import { statsFeature } from './stats';
import { stuckFeature } from './stuck';
import { topicsFeature } from './topics';

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
  const blocking = blockingFeature(parts);
  const maintenance = maintenanceFeature(parts);
  const campaigns = campaignsFeature(parts);
  const tariffs = managedTariffsFeature(parts);
  const topics = topicsFeature(parts);
  const features = [
    people,
    openItems,
    stuck,
    stats,
    adjusting,
    refunds,
    approve,
    broadcast,
    campaigns,
    tariffs,
    blocking,
    maintenance,
    topics,
  ];
  const commands = features.flatMap((feature) => feature.commands);
  const actions = features.flatMap((feature) => feature.actions ?? []);
  assert(new Set(actions.map(({ name }) => name)).size === actions.length, 'two actions, one name');
  const menu = menuFeature(commands);
  const reasons = actionsFeature(actions);
  const composer = new Composer<BotContext>();
  composer.use(adminCommands([...menu.commands, ...commands]));
  return {
    composer,
    /** These take any text while a question is open, so they come after every command. */
    questions: new Composer<BotContext>(reasons.composer, people.questions, broadcast.questions),
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
      ...blocking.callbacks,
      ...maintenance.callbacks,
      ...campaigns.callbacks,
      ...tariffs.callbacks,
      ...topics.callbacks,
    },
  };
}
