import type { SentMessage } from '../../reads/admin/contract';
import { localeOf, show, type BotContext } from '../context';
import { instantText } from '../display';
import type { BotParts } from '../parts';
import { button, lines } from '../screen';
import { say } from '../wording';
import { askReason, type AdminAction } from './actions';
import { EVERY_ROLE, guarded, refuseButton, type AdminFeature } from './gate';
import { tellOutcome } from './outcome';
import { userIdOf } from './people';
import { wordOf } from './words';

/** The last messages to a person, and sending one of them again (OPS-3). */
export function messagesFeature(parts: BotParts): AdminFeature<'adm:msgs' | 'adm:again'> {
  const resend = resendAction(parts);
  return {
    commands: [],
    callbacks: guarded(EVERY_ROLE, {
      'adm:msgs': async (ctx, press) => {
        const userId = userIdOf(press.arg);
        if (userId === undefined) await refuseButton(ctx);
        else await showMessages(ctx, parts, userId);
      },
      'adm:again': async (ctx, press) => {
        if (press.id === undefined) await refuseButton(ctx);
        else await askReason(ctx, resend, { messageId: press.id });
      },
    }),
    actions: [resend],
  };
}

async function showMessages(ctx: BotContext, parts: BotParts, userId: number): Promise<void> {
  const locale = localeOf(ctx);
  const messages = await parts.reads.messagesTo(userId);
  const again = messages
    .filter(({ state }) => state !== 'queued')
    .map(({ messageId: id, template }) => [
      button(
        { locale, key: 'admin.button.again', params: { template } },
        { route: 'adm:again', id },
      ),
    ]);
  const person = { route: 'adm:user', arg: String(userId) } as const;
  await show(ctx, {
    text: lines(
      say(locale, 'admin.messages.title', { id: String(userId) }),
      '',
      ...messages.map((message) => messageLine(ctx, message)),
      messages.length === 0 && say(locale, 'admin.messages.none'),
    ),
    rows: [...again, [button({ locale, key: 'admin.button.person' }, person)]],
  });
}

function messageLine(ctx: BotContext, message: SentMessage): string {
  const { place } = ctx.visit;
  const { locale } = place;
  return say(locale, 'admin.messages.line', {
    template: message.template,
    state: wordOf(locale, 'admin.message', message.state),
    at: instantText(message.sentAt ?? message.promisedAt, place),
  });
}

function resendAction(parts: BotParts): AdminAction {
  return {
    name: 'resend_message',
    roles: EVERY_ROLE,
    describe: async (ctx, { messageId }) => {
      const message = await parts.reads.messageTo(String(messageId));
      if (!message || message.state === 'queued') return undefined;
      const { template, userId } = message;
      return say(localeOf(ctx), 'admin.messages.resend', { template, id: String(userId) });
    },
    perform: async (ctx, { operationId, reason, params }) => {
      const messageId = String(params['messageId']);
      const operator = { userId: ctx.visit.userId };
      const outcome = await parts.commands.operate({
        ...{ operationId, action: 'resend_message', params: { messageId }, operator, reason },
      });
      const message = await parts.reads.messageTo(messageId);
      if ((await tellOutcome(ctx, outcome)) && message) {
        await showMessages(ctx, parts, message.userId);
      }
    },
  };
}
