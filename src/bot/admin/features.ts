import { Composer } from 'grammy';
import { assert } from '../../domain/assert';
import type { BotContext } from '../context';
import type { BotParts } from '../parts';
import { approveFeature } from '../approvals/approve';
import { actionsFeature, type AdminAction } from './actions';
import { adminCommands, type AdminCommand } from './gate';
import { menuFeature } from './menu';

/** The administration in the bot: one list of features, one gate for all of them (OPS-10). */
export function adminFeature(parts: BotParts) {
  const approve = approveFeature(parts);
  const features: readonly {
    commands: readonly AdminCommand[];
    actions?: readonly AdminAction[];
  }[] = [approve];
  const commands = features.flatMap((feature) => feature.commands);
  const actions = features.flatMap((feature) => feature.actions ?? []);
  assert(new Set(actions.map(({ name }) => name)).size === actions.length, 'two actions, one name');
  const menu = menuFeature(commands);
  const questions = actionsFeature(actions);
  const composer = new Composer<BotContext>();
  composer.use(adminCommands([...menu.commands, ...commands]));
  return {
    composer,
    /** Takes any text while a reason is asked for, so it comes after every command. */
    questions: questions.composer,
    callbacks: { ...menu.callbacks, ...questions.callbacks, ...approve.callbacks },
  };
}
