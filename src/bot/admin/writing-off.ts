import type { OpenItemCard } from '../../reads/admin/contract';
import { localeOf, type BotContext } from '../context';
import { amountText } from '../display';
import type { BotParts } from '../parts';
import { lines } from '../screen';
import { say } from '../wording';
import type { AdminAction } from './actions';
import { EVERY_ROLE } from './gate';
import { tellOutcome } from './outcome';
import { wordOf } from './words';

/** Proposes to close an open item without moving money; others must allow it (OPS-12). */
export function writeOffAction(parts: BotParts): AdminAction {
  return {
    name: 'write_off_item',
    roles: EVERY_ROLE,
    describe: async (ctx, { openItemId }) => {
      const item = await parts.reads.openItem(String(openItemId));
      return item?.state === 'open' ? description(ctx, item) : undefined;
    },
    perform: async (ctx, { operationId, reason, params }) => {
      const openItemId = String(params['openItemId']);
      const amountMinor = Number(params['amountMinor']);
      const operator = { userId: ctx.visit.userId };
      const outcome = await parts.commands.operate({
        ...{ operationId, action: 'write_off_item', params: { openItemId, amountMinor } },
        ...{ operator, reason },
      });
      await tellOutcome(ctx, outcome);
    },
  };
}

function description(ctx: BotContext, item: OpenItemCard): string {
  const locale = localeOf(ctx);
  return lines(
    say(locale, 'admin.item.repair', {
      repair: say(locale, 'admin.repair.write_off'),
      kind: wordOf(locale, 'admin.item', item.kind),
    }),
    item.amount && say(locale, 'admin.item.amount', { amount: amountText(item.amount, locale) }),
    say(locale, 'admin.item.write_off'),
  );
}
