import { Composer } from 'grammy';
import type { PersonHit } from '../../reads/admin/contract';
import { localeOf, show, tell, type BotContext } from '../context';
import type { BotParts } from '../parts';
import { button, lines, type Button, type Screen } from '../screen';
import { say } from '../wording';
import { openQuestion, isQuestionOpen } from './questions';
import { EVERY_ROLE, guarded, hasRole, refuseButton, type AdminFeature } from './gate';
import { personScreen } from './person-card';
import { movementLine, wordOf } from './words';

const QUESTION = 'admin_find';

/** Finding people and looking at them (OPS-10). */
export function peopleFeature(parts: BotParts) {
  const questions = new Composer<BotContext>();
  questions
    .on('message:text')
    .filter((ctx) => hasRole(ctx, EVERY_ROLE) && isQuestionOpen(ctx, QUESTION))
    .use((ctx) => find(ctx, parts, ctx.message.text));
  const feature: AdminFeature<'adm:user' | 'adm:hist'> = {
    commands: [
      { command: 'find', roles: EVERY_ROLE, handler: (ctx, query) => find(ctx, parts, query) },
      { command: 'user', roles: EVERY_ROLE, handler: (ctx, query) => find(ctx, parts, query) },
    ],
    callbacks: guarded(EVERY_ROLE, {
      'adm:user': (ctx, press) => pressPerson(ctx, parts, press.arg),
      'adm:hist': (ctx, press) => showHistory(ctx, parts, press.arg),
    }),
  };
  return { ...feature, questions };
}

/** One hit opens its card at once; several are offered; none keeps the question open. */
async function find(ctx: BotContext, parts: BotParts, query: string): Promise<void> {
  if (query.trim() === '') {
    await show(ctx, { text: say(localeOf(ctx), 'admin.find.ask'), rows: [] }, { isNew: true });
    openQuestion(ctx, { kind: QUESTION });
    return;
  }
  const hits = await parts.reads.findPeople(query);
  const people = new Set(hits.map(({ userId }) => userId));
  const [only] = hits;
  if (!only) {
    await tell(ctx, { key: 'admin.find.nobody', params: { query: query.slice(0, 100) } });
    return;
  }
  ctx.visit.dialogue = { kind: 'clear' };
  if (people.size === 1) await showPerson(ctx, parts, only.userId);
  else await show(ctx, hitsScreen(ctx, hits), { isNew: true });
}

function hitsScreen(ctx: BotContext, hits: readonly PersonHit[]): Screen {
  const locale = localeOf(ctx);
  const buttonOf = ({ userId, name, username, foundBy }: PersonHit): Button => {
    const handle = username === null ? String(userId) : `@${username}`;
    const by = wordOf(locale, 'admin.found', foundBy);
    const params = { name: [name, handle].filter(Boolean).join(' · '), by };
    return button(
      { locale, key: 'admin.button.hit', params },
      { route: 'adm:user', arg: String(userId) },
    );
  };
  return { text: say(locale, 'admin.find.several'), rows: hits.map((hit) => [buttonOf(hit)]) };
}

async function pressPerson(
  ctx: BotContext,
  parts: BotParts,
  arg: string | undefined,
): Promise<void> {
  const userId = userIdOf(arg);
  if (userId === undefined) await refuseButton(ctx);
  else await showPerson(ctx, parts, userId);
}

/** The card in place of the pressed message, or as a new one after a command. */
export async function showPerson(ctx: BotContext, parts: BotParts, userId: number): Promise<void> {
  const card = await parts.reads.personCard(userId);
  if (card) await show(ctx, await personScreen(ctx, parts, card));
  else await tell(ctx, { key: 'admin.find.nobody', params: { query: String(userId) } });
}

/** A Telegram id from a button or a command; undefined for anything else. */
export function userIdOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** `42` is the newest page of 42, `42.k3f` the one after an entry. */
async function showHistory(
  ctx: BotContext,
  parts: BotParts,
  arg: string | undefined,
): Promise<void> {
  const [id, cursor] = (arg ?? '').split('.');
  const userId = userIdOf(id);
  if (userId === undefined) {
    await refuseButton(ctx);
    return;
  }
  const page = await parts.reads.history(userId, cursor);
  const locale = localeOf(ctx);
  const older =
    page.nextCursor === undefined
      ? []
      : [
          button(
            { locale, key: 'button.older' },
            { route: 'adm:hist', arg: `${userId}.${page.nextCursor}` },
          ),
        ];
  const back = button(
    { locale, key: 'admin.button.person' },
    { route: 'adm:user', arg: String(userId) },
  );
  await show(ctx, {
    text: lines(
      say(locale, 'admin.history.title', { id: String(userId) }),
      '',
      ...page.rows.map((row) => movementLine(ctx, row)),
      page.rows.length === 0 && say(locale, 'history.empty'),
    ),
    rows: [older, [back]],
  });
}
