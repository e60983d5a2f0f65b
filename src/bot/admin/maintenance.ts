import { MAINTENANCE } from '../../domain/billing/settings';
import { localeOf, show, type BotContext } from '../context';
import type { BotParts } from '../parts';
import { button } from '../screen';
import { say } from '../wording';
import { askReason, type AdminAction } from './actions';
import { guarded, type AdminFeature, type Role } from './gate';
import { tellOutcome } from './outcome';

const ADMINS: readonly Role[] = ['admin'];

/** Closes the bot for work and opens it again; payments that were begun go on (OPS-13). */
export function maintenanceFeature(parts: BotParts): AdminFeature<'adm:maint'> {
  const action = maintenanceAction(parts);
  const ask = (ctx: BotContext, wish: string | undefined) =>
    wish === 'on' || wish === 'off' ? askReason(ctx, action, { wish }) : showState(ctx);
  return {
    commands: [{ command: 'maintenance', roles: ADMINS, handler: ask }],
    callbacks: guarded(ADMINS, { 'adm:maint': (ctx, press) => ask(ctx, press.arg) }),
    actions: [action],
  };
}

async function showState(ctx: BotContext): Promise<void> {
  const locale = localeOf(ctx);
  const { isMaintenance } = ctx.visit.arrival;
  const change = isMaintenance
    ? button({ locale, key: 'admin.button.open_bot' }, { route: 'adm:maint', arg: 'off' })
    : button({ locale, key: 'admin.button.close_bot' }, { route: 'adm:maint', arg: 'on' });
  const key = isMaintenance ? 'admin.maintenance.is_on' : 'admin.maintenance.is_off';
  await show(ctx, { text: say(locale, key), rows: [[change]] });
}

function maintenanceAction(parts: BotParts): AdminAction {
  return {
    name: 'maintenance',
    roles: ADMINS,
    describe: (ctx, { wish }) => {
      const isChange = ctx.visit.arrival.isMaintenance !== (wish === 'on');
      const key = wish === 'on' ? 'admin.maintenance.close' : 'admin.maintenance.open';
      return Promise.resolve(isChange ? say(localeOf(ctx), key) : undefined);
    },
    perform: async (ctx, { operationId, reason, params }) => {
      const operator = { userId: ctx.visit.userId };
      const setting = { key: MAINTENANCE, value: params['wish'] === 'on' };
      const outcome = await parts.commands.operate({
        ...{ operationId, action: 'change_setting', params: setting, operator, reason },
      });
      await tellOutcome(ctx, outcome);
    },
  };
}
