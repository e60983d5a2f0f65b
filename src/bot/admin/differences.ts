import type { PaymentRef } from '../../commands/repairs-contract';
import type { OpenItemCard } from '../../reads/admin/contract';
import { differenceOf } from '../../domain/billing/reconciliation';
import { localeOf, tell, type BotContext, type Press } from '../context';
import type { BotParts } from '../parts';
import { button, lines, type Screen } from '../screen';
import { say } from '../wording';
import { askReason, type ActionParams, type AdminAction, type AdminRequest } from './actions';
import { guarded, hasRole, refuseButton, type AdminFeature, type Role } from './gate';
import { wordOf } from './words';

/** What can be done about a payment that a provider’s list and the books tell differently (PC-17). */
const REMEDIES = ['retry', 'accept', 'mine'] as const;

type Remedy = (typeof REMEDIES)[number];

const DECIDERS: readonly Role[] = ['finance', 'admin'];

/** What the buttons below the item of a difference do. */
export function differences(parts: BotParts): Pick<AdminFeature<'adm:diff'>, 'callbacks'> & {
  readonly action: AdminAction;
} {
  const action = remedyAction(parts);
  const callbacks = guarded(DECIDERS, {
    'adm:diff': (ctx, press) => pressRemedy(ctx, action, press),
  });
  return { action, callbacks };
}

/** Buttons for an item that shows a difference; none for any other. */
export function differenceRows(ctx: BotContext, item: OpenItemCard): Screen['rows'] {
  const { openItemId: id, state, key } = item;
  if (state !== 'open' || !differenceOf(key) || !hasRole(ctx, DECIDERS)) return [];
  const locale = localeOf(ctx);
  return REMEDIES.map((arg) => [
    button({ locale, key: `admin.difference.${arg}` }, { route: 'adm:diff', id, arg }),
  ]);
}

async function pressRemedy(ctx: BotContext, action: AdminAction, press: Press): Promise<void> {
  if (press.id === undefined || !isRemedy(press.arg)) await refuseButton(ctx);
  else await askReason(ctx, action, { openItemId: press.id, remedy: press.arg });
}

function isRemedy(word: unknown): word is Remedy {
  return REMEDIES.includes(word as Remedy);
}

function remedyAction(parts: BotParts): AdminAction {
  const itemOf = ({ openItemId }: ActionParams) => parts.reads.openItem(String(openItemId));
  return {
    name: 'difference',
    roles: DECIDERS,
    describe: async (ctx, params) => {
      const item = await itemOf(params);
      const { remedy } = params;
      if (item?.state !== 'open' || !differenceOf(item.key) || !isRemedy(remedy)) return undefined;
      const locale = localeOf(ctx);
      const repair = say(locale, `admin.difference.${remedy}`);
      return lines(
        say(locale, 'admin.item.repair', { repair, kind: wordOf(locale, 'admin.item', item.kind) }),
        say(locale, 'admin.item.reason', { reason: item.reason }),
      );
    },
    perform: async (ctx, request) => {
      const payment = differenceOf((await itemOf(request.params))?.key ?? '');
      const { remedy } = request.params;
      if (payment && isRemedy(remedy)) await perform(ctx, parts, { request, payment, remedy });
    },
  };
}

async function perform(
  ctx: BotContext,
  parts: BotParts,
  work: { request: AdminRequest; payment: PaymentRef; remedy: Remedy },
): Promise<void> {
  const { request, payment, remedy } = work;
  const { operationId, reason } = request;
  const operatorId = String(ctx.visit.userId);
  const asked = { payment, operatorId, reason, operationId };
  const answer =
    remedy === 'mine'
      ? await parts.commands.assignMismatch({ ...asked, owner: operatorId })
      : await parts.commands.resolveMismatch({ ...asked, how: remedy });
  if (answer.kind === 'accepted') {
    await tell(ctx, { key: 'admin.difference.done', params: { answer: answer.answer } });
  } else {
    await tell(ctx, { key: 'admin.item.refused', params: { reason: answer.reason } });
  }
}
