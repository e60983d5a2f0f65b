import type { Audience, BroadcastMove, BroadcastState } from '../../domain/broadcast';
import type { BroadcastView } from '../../reads/billing';
import { askReason, type ActionParams, type AdminAction } from '../admin/actions';
import { guarded, type AdminFeature, type Role } from '../admin/gate';
import { localeOf, show, tell, type BotContext, type Press } from '../context';
import { instantText } from '../display';
import type { BotParts } from '../parts';
import { button, lines, openButton, type Button, type Screen } from '../screen';
import { say, sayPlainly } from '../wording';
import { stateText } from './broadcast-words';
import { beginWriting, chooseAudience, writingQuestions } from './broadcast-writing';
import { tellOutcome } from '../admin/outcome';

const ADMIN: readonly Role[] = ['admin'];

type Routes = 'bc:list' | 'bc:new' | 'bc:aud' | 'bc:show' | 'bc:pause' | 'bc:resume' | 'bc:stop';

/** Messages to many: written and previewed in both languages, then watched and steered (NT-8). */
export function broadcastFeature(parts: BotParts) {
  const start = startAction(parts);
  const steer = steerAction(parts);
  const move = (to: BroadcastMove) => (ctx: BotContext, press: Press) =>
    askToSteer(ctx, steer, { id: press.id, move: to });
  const feature: AdminFeature<Routes> = {
    commands: [{ command: 'broadcast', roles: ADMIN, handler: (ctx) => showList(ctx, parts) }],
    actions: [start, steer],
    callbacks: guarded<Routes>(ADMIN, {
      'bc:list': (ctx) => showList(ctx, parts),
      'bc:new': beginWriting,
      'bc:aud': (ctx, press) => chooseAudience(ctx, start, press),
      'bc:show': (ctx, press) => showOne(ctx, parts, press.id),
      'bc:pause': move('pause'),
      'bc:resume': move('resume'),
      'bc:stop': move('cancel'),
    }),
  };
  return { ...feature, questions: writingQuestions() };
}

async function showList(ctx: BotContext, parts: BotParts): Promise<void> {
  const { place } = ctx.visit;
  const { locale } = place;
  const known = await parts.reads.broadcasts();
  const rows = known.map(({ broadcastId: id, startedAt, state }) => {
    const params = { at: instantText(startedAt, place), state: stateText(locale, state) };
    return [button({ locale, key: 'button.broadcast', params }, { route: 'bc:show', id })];
  });
  await show(ctx, {
    text: lines(say(locale, 'broadcast.list'), known.length === 0 && say(locale, 'broadcast.none')),
    rows: [...rows, [button({ locale, key: 'button.broadcast_new' }, { route: 'bc:new' })]],
  });
}

async function showOne(ctx: BotContext, parts: BotParts, id: string | undefined): Promise<void> {
  const view = id === undefined ? undefined : await parts.reads.broadcast(id);
  if (view) await show(ctx, card(ctx, view));
  else await tell(ctx, { key: 'broadcast.refused.unknown' });
}

function card(ctx: BotContext, view: BroadcastView): Screen {
  const { place } = ctx.visit;
  const { locale } = place;
  const { broadcastId: id, state, queued, total, sent, waiting, unreachable, failed } = view;
  const audience = sayPlainly(locale, `broadcast.audience.${view.audience}`);
  const at = instantText(view.startedAt, place);
  const counts = { queued, total, sent, waiting, unreachable, failed, dropped: view.dropped };
  const refresh = button({ locale, key: 'button.refresh' }, { route: 'bc:show', id });
  return {
    text: lines(
      say(locale, 'broadcast.card', { at, audience, state: stateText(locale, state) }),
      '',
      say(locale, 'broadcast.progress', counts),
    ),
    rows: [
      [refresh, ...steering(state, id, locale)],
      [openButton(locale, 'button.back', 'bc:list')],
    ],
  };
}

function steering(state: BroadcastState, id: string, locale: 'ru' | 'en'): readonly Button[] {
  const pause = button({ locale, key: 'button.pause' }, { route: 'bc:pause', id });
  const resume = button({ locale, key: 'button.resume' }, { route: 'bc:resume', id });
  const stop = button({ locale, key: 'button.stop' }, { route: 'bc:stop', id });
  switch (state) {
    case 'running':
      return [pause, stop];
    case 'paused':
      return [resume, stop];
    case 'draft':
    case 'done':
    case 'cancelled':
      return [];
  }
}

/** The operation's id names the broadcast, too: a second press starts nothing new. */
function startAction(parts: BotParts): AdminAction {
  return {
    name: 'start_broadcast',
    roles: ADMIN,
    describe: async (ctx, params) => {
      const audience = audienceOf(params);
      const count = await parts.reads.audienceCount(audience);
      if (count === 0) return undefined;
      const locale = localeOf(ctx);
      const to = sayPlainly(locale, `broadcast.audience.${audience}`);
      return say(locale, 'broadcast.confirm', { audience: to, count });
    },
    perform: async (ctx, { operationId, params, reason }) => {
      const outcome = await parts.commands.operate({
        operationId,
        action: 'start_broadcast',
        params: {
          broadcastId: operationId,
          audience: audienceOf(params),
          textRu: String(params['textRu']),
          textEn: String(params['textEn']),
        },
        operator: { userId: ctx.visit.userId },
        reason,
      });
      if (outcome.kind === 'done') await showOne(ctx, parts, operationId);
      else await tellOutcome(ctx, outcome);
    },
  };
}

function audienceOf(params: ActionParams): Audience {
  return params['audience'] as Audience;
}

function steerAction(parts: BotParts): AdminAction {
  return {
    name: 'steer_broadcast',
    roles: ADMIN,
    describe: async (ctx, { move }) =>
      say(localeOf(ctx), `broadcast.move.${move as BroadcastMove}`),
    perform: async (ctx, { params, reason }) => {
      const broadcastId = String(params['broadcastId']);
      const { userId: operatorId } = ctx.visit;
      const move = params['move'] as BroadcastMove;
      const outcome = await parts.commands.steerBroadcast({
        ...{ broadcastId, move, operatorId, reason },
      });
      if (outcome.kind === 'refused') {
        await tell(ctx, { key: `broadcast.refused.${outcome.reason}` });
        return;
      }
      await showOne(ctx, parts, broadcastId);
    },
  };
}

async function askToSteer(
  ctx: BotContext,
  steer: AdminAction,
  asked: { id: string | undefined; move: BroadcastMove },
): Promise<void> {
  if (asked.id === undefined) await tell(ctx, { key: 'broadcast.refused.unknown' });
  else await askReason(ctx, steer, { broadcastId: asked.id, move: asked.move });
}
