import { localeOf, tell, type BotContext } from '../context';
import type { BotParts } from '../parts';
import { say } from '../wording';
import { askReason, type AdminAction } from './actions';
import { guarded, refuseButton, type AdminFeature, type Role } from './gate';
import { tellOutcome } from './outcome';
import { showPerson, userIdOf } from './people';

const ADMINS: readonly Role[] = ['admin'];

/** /block and /unblock with a reason (OPS-14). */
export function blockingFeature(parts: BotParts): AdminFeature<'adm:block' | 'adm:free'> {
  const block = blockingAction(parts, 'block_user');
  const unblock = blockingAction(parts, 'unblock_user');
  return {
    commands: [
      { command: 'block', roles: ADMINS, handler: (ctx, id) => typed(ctx, block, id) },
      { command: 'unblock', roles: ADMINS, handler: (ctx, id) => typed(ctx, unblock, id) },
    ],
    callbacks: guarded(ADMINS, {
      'adm:block': (ctx, press) => pressed(ctx, block, press.arg),
      'adm:free': (ctx, press) => pressed(ctx, unblock, press.arg),
    }),
    actions: [block, unblock],
  };
}

async function typed(ctx: BotContext, action: AdminAction, text: string): Promise<void> {
  const userId = userIdOf(text);
  if (userId === undefined) await tell(ctx, { key: 'admin.block.usage' });
  else await askReason(ctx, action, { userId });
}

async function pressed(
  ctx: BotContext,
  action: AdminAction,
  arg: string | undefined,
): Promise<void> {
  const userId = userIdOf(arg);
  if (userId === undefined) await refuseButton(ctx);
  else await askReason(ctx, action, { userId });
}

function blockingAction(parts: BotParts, name: 'block_user' | 'unblock_user'): AdminAction {
  return {
    name,
    roles: ADMINS,
    describe: async (ctx, params) => {
      const card = await parts.reads.personCard(Number(params['userId']));
      if (!card || card.isBlocked !== (name === 'unblock_user')) return undefined;
      const handle = card.username === null ? '' : `@${card.username}`;
      const person = [card.name, handle, String(card.userId)].filter(Boolean).join(' · ');
      return say(localeOf(ctx), `admin.block.${name}`, { person });
    },
    perform: async (ctx, { operationId, reason, params }) => {
      const userId = Number(params['userId']);
      const operator = { userId: ctx.visit.userId };
      const outcome = await parts.commands.operate({
        ...{ operationId, action: name, params: { userId }, operator, reason },
      });
      if (await tellOutcome(ctx, outcome)) await showPerson(ctx, parts, userId);
    },
  };
}
