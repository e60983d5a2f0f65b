import { Composer, type Filter } from 'grammy';
import { AUDIENCES, LONGEST_BROADCAST, type Audience } from '../../domain/broadcast';
import type { Locale } from '../../domain/messages';
import { askReason, type AdminAction } from '../admin/actions';
import { hasRole } from '../admin/gate';
import { localeOf, show, tell, type BotContext, type Press } from '../context';
import { sendStrictly } from '../delivery';
import { button } from '../screen';
import { say } from '../wording';
import { broadcastScreen } from './broadcast-notices';

/** How far the author has got; the texts wait in the database, so a restart forgets nothing. */
type Writing =
  | { readonly kind: 'broadcast_ru' }
  | { readonly kind: 'broadcast_en'; readonly textRu: string }
  | { readonly kind: 'broadcast_audience'; readonly textRu: string; readonly textEn: string };

const DIALOGUE_MINUTES = 30;

/** Takes the texts that an author types, in one language after the other. */
export function writingQuestions(): Composer<BotContext> {
  const composer = new Composer<BotContext>();
  composer
    .on('message:text')
    .filter((ctx) => isWriting(ctx))
    .use((ctx) => readText(ctx));
  return composer;
}

/** Asks for the first text. */
export async function beginWriting(ctx: BotContext): Promise<void> {
  const params = { most: LONGEST_BROADCAST };
  const text = say(localeOf(ctx), 'broadcast.ask.ru', params);
  await show(ctx, { text, rows: [] }, { isNew: true });
  remember(ctx, { kind: 'broadcast_ru' });
}

/** Leads from the chosen audience to the reason and the confirmation. */
export async function chooseAudience(
  ctx: BotContext,
  start: AdminAction,
  { arg }: Press,
): Promise<void> {
  const writing = writingOf(ctx);
  const audience = AUDIENCES.find((one) => one === arg);
  if (writing?.kind !== 'broadcast_audience' || audience === undefined) {
    await tell(ctx, { key: 'admin.confirm.over' });
    return;
  }
  const { textRu, textEn } = writing;
  // An audience with nobody in it asks for another one, so the texts are kept.
  remember(ctx, writing);
  await askReason(ctx, start, { audience, textRu, textEn });
}

function remember(ctx: BotContext, state: Writing): void {
  const expiresAt = new Date(ctx.visit.asOf.getTime() + DIALOGUE_MINUTES * 60_000);
  ctx.visit.dialogue = { kind: 'set', state, expiresAt };
}

function writingOf(ctx: BotContext): Writing | undefined {
  const state = ctx.visit.arrival.dialogue as { readonly kind?: unknown } | undefined;
  return typeof state?.kind === 'string' && state.kind.startsWith('broadcast_')
    ? (state as Writing)
    : undefined;
}

function isWriting(ctx: BotContext): boolean {
  const isText = writingOf(ctx)?.kind !== 'broadcast_audience' && writingOf(ctx) !== undefined;
  return ctx.visit.dialogue.kind === 'keep' && isText && hasRole(ctx, ['admin']);
}

async function readText(ctx: Filter<BotContext, 'message:text'>): Promise<void> {
  const writing = writingOf(ctx);
  const text = ctx.message.text.trim();
  switch (writing?.kind) {
    case 'broadcast_ru':
      if (!(await preview(ctx, text, 'ru'))) return;
      await tell(ctx, { key: 'broadcast.ask.en' });
      remember(ctx, { kind: 'broadcast_en', textRu: text });
      return;
    case 'broadcast_en':
      if (!(await preview(ctx, text, 'en'))) return;
      await askAudience(ctx);
      remember(ctx, { kind: 'broadcast_audience', textRu: writing.textRu, textEn: text });
      return;
    case 'broadcast_audience':
    case undefined:
  }
}

/** Shows it exactly as people will see it; false when they could not, and the question stays open. */
async function preview(
  ctx: Filter<BotContext, 'message:text'>,
  text: string,
  locale: Locale,
): Promise<boolean> {
  if (text.length > LONGEST_BROADCAST) {
    const params = { length: text.length, most: LONGEST_BROADCAST };
    await tell(ctx, { key: 'broadcast.too_long', params });
    return false;
  }
  const place = { ...ctx.visit.place, locale };
  const reason = await sendStrictly(ctx.api, ctx.chat.id, broadcastScreen(text, place));
  if (reason === undefined) return true;
  await tell(ctx, { key: 'broadcast.markup', params: { reason } });
  return false;
}

async function askAudience(ctx: BotContext): Promise<void> {
  const locale = localeOf(ctx);
  const choice = (audience: Audience) =>
    button({ locale, key: `broadcast.audience.${audience}` }, { route: 'bc:aud', arg: audience });
  const text = say(locale, 'broadcast.audience');
  await show(ctx, { text, rows: AUDIENCES.map((one) => [choice(one)]) }, { isNew: true });
}
