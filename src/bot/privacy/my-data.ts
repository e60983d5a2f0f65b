import { Composer } from 'grammy';
import { v7 } from 'uuid';
import type { ErasureView } from '../../reads/privacy';
import {
  localeOf,
  show,
  tell,
  toast,
  type BotContext,
  type CallbackHandlers,
  type Press,
} from '../context';
import { instantText } from '../display';
import type { BotParts } from '../parts';
import { button, lines, openButton, type Screen } from '../screen';
import { say } from '../wording';

type DataRoute = 'data:show' | 'data:copy' | 'data:ask' | 'data:erase' | 'data:keep';

/** A person's own data: a copy of it, and its end (AU-3, AU-4). */
export function myDataFeature(parts: BotParts) {
  const composer = new Composer<BotContext>();
  composer.command('export', (ctx) => show(ctx, dataScreen(ctx)));
  composer.command('erase', (ctx) => showErasure(ctx, parts));
  const callbacks: CallbackHandlers<DataRoute> = {
    'data:show': (ctx) => show(ctx, dataScreen(ctx)),
    'data:copy': (ctx, press) => makeCopy(ctx, parts, press),
    'data:ask': (ctx) => showErasure(ctx, parts),
    'data:erase': (ctx, press) => erase(ctx, parts, press),
    'data:keep': (ctx) => stay(ctx, parts),
  };
  return { composer, callbacks };
}

/** The button carries the id of the copy it makes, so that a double tap makes one. */
function dataScreen(ctx: BotContext): Screen {
  const locale = localeOf(ctx);
  return {
    text: lines(say(locale, 'data.title'), '', say(locale, 'data.text')),
    rows: [
      [button({ locale, key: 'button.copy_data' }, { route: 'data:copy', id: v7() })],
      [openButton(locale, 'button.erase_data', 'data:ask')],
      [openButton(locale, 'button.menu', 'nav:menu')],
    ],
  };
}

async function makeCopy(ctx: BotContext, parts: BotParts, press: Press): Promise<void> {
  if (press.id === undefined) {
    await tell(ctx, { key: 'unknown.button' });
    return;
  }
  const { userId, arrival, place } = ctx.visit;
  const { clockOffsetMs } = arrival;
  const opening = await parts.commands.requestExport({ exportId: press.id, userId, clockOffsetMs });
  const locale = localeOf(ctx);
  const text =
    opening.kind === 'accepted'
      ? say(locale, 'data.copying')
      : say(locale, 'data.too_soon', { at: instantText(opening.againAt, place) });
  await show(ctx, { text, rows: [[openButton(locale, 'button.menu', 'nav:menu')]] });
}

async function showErasure(ctx: BotContext, parts: BotParts): Promise<void> {
  const view = await parts.reads.erasure(ctx.visit.userId);
  await show(ctx, view.dueAt === undefined ? askScreen(ctx) : waitScreen(ctx, view.dueAt));
}

function askScreen(ctx: BotContext): Screen {
  const locale = localeOf(ctx);
  return {
    text: lines(say(locale, 'erase.title'), '', say(locale, 'erase.text')),
    rows: [
      [button({ locale, key: 'button.erase_confirm' }, { route: 'data:erase', id: v7() })],
      [openButton(locale, 'button.back', 'data:show')],
    ],
  };
}

function waitScreen(ctx: BotContext, dueAt: string): Screen {
  const locale = localeOf(ctx);
  const at = instantText(dueAt, ctx.visit.place);
  return {
    text: lines(say(locale, 'erase.title'), '', say(locale, 'erase.waiting', { at })),
    rows: [
      [openButton(locale, 'button.keep_data', 'data:keep')],
      [openButton(locale, 'button.menu', 'nav:menu')],
    ],
  };
}

async function erase(ctx: BotContext, parts: BotParts, press: Press): Promise<void> {
  const { userId, arrival } = ctx.visit;
  const view: ErasureView = await parts.reads.erasure(userId);
  if (view.dueAt !== undefined || press.id === undefined) {
    await showErasure(ctx, parts);
    return;
  }
  const { dueAt } = await parts.commands.requestErasure({
    ...{ erasureId: press.id, userId, n: view.wishes + 1 },
    clockOffsetMs: arrival.clockOffsetMs,
  });
  await show(ctx, waitScreen(ctx, dueAt));
}

async function stay(ctx: BotContext, parts: BotParts): Promise<void> {
  const { userId } = ctx.visit;
  const { wishes, dueAt } = await parts.reads.erasure(userId);
  const isOpen = dueAt !== undefined;
  const outcome = isOpen && (await parts.commands.withdrawErasure({ userId, n: wishes }));
  const isStaying = outcome && outcome.kind === 'withdrawn';
  await toast(ctx, { key: isStaying ? 'erase.withdrawn' : 'erase.too_late', isAlert: true });
  await show(ctx, dataScreen(ctx));
}
