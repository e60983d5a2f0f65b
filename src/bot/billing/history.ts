import { Composer } from 'grammy';
import type { HistoryPage, HistoryRow } from '../../reads/billing';
import type { Locale } from '../../domain/messages';
import { TEXTS, type TextKey } from '../../texts';
import { localeOf, show, type BotContext, type CallbackHandlers } from '../context';
import { instantText, signedTokensText, tokensText } from '../display';
import type { BotParts } from '../parts';
import { button, lines, openButton, type Button, type Screen } from '../screen';
import { say, sayPlainly } from '../wording';

export function historyFeature(parts: BotParts) {
  const composer = new Composer<BotContext>();
  composer.command('history', (ctx) => showPage(ctx, parts, undefined));
  const callbacks: CallbackHandlers<'nav:hist' | 'hist:pg'> = {
    'nav:hist': (ctx) => showPage(ctx, parts, undefined),
    'hist:pg': (ctx, press) => showPage(ctx, parts, press.arg),
  };
  return { composer, callbacks };
}

async function showPage(
  ctx: BotContext,
  parts: BotParts,
  cursor: string | undefined,
): Promise<void> {
  const page = await parts.reads.history(ctx.visit.userId, cursor);
  await show(ctx, historyScreen(ctx, page, cursor !== undefined));
}

function historyScreen(ctx: BotContext, page: HistoryPage, isLater: boolean): Screen {
  const locale = localeOf(ctx);
  const turns: Button[] = [];
  if (isLater) turns.push(openButton(locale, 'button.newest', 'nav:hist'));
  if (page.nextCursor !== undefined) {
    const press = { route: 'hist:pg', arg: page.nextCursor } as const;
    turns.push(button({ locale, key: 'button.older' }, press));
  }
  return {
    text: lines(
      say(locale, 'history.title'),
      '',
      ...page.rows.map((row, index) => `${index + 1}. ${historyLine(ctx, row)}`),
      page.rows.length === 0 && say(locale, 'history.empty'),
    ),
    rows: [
      ...detailRows(locale, page.rows),
      turns,
      [openButton(locale, 'button.menu', 'nav:menu')],
    ],
  };
}

/** A kind of transfer in words (LG-10). */
export function historyKind(kind: string, locale: Locale): string {
  const key = `history.kind.${kind}`;
  return sayPlainly(locale, key in TEXTS[locale] ? (key as TextKey) : 'history.kind.other');
}

/** Longest description a line has room for. */
const SHOWN_LETTERS = 60;

/** Spends are known by what they were for; what corrects one says so first. */
function whatFor({ kind, description }: HistoryRow, locale: Locale): string {
  if (description === undefined) return historyKind(kind, locale);
  const letters = [...description];
  const short =
    letters.length > SHOWN_LETTERS
      ? `${letters.slice(0, SHOWN_LETTERS - 1).join('')}…`
      : description;
  const isSpend = kind === 'spend' || kind === 'hold_capture';
  return isSpend ? short : `${historyKind(kind, locale)}: ${short}`;
}

/** Five numbers a row, as the lines above are numbered. */
function detailRows(locale: Locale, rows: readonly HistoryRow[]): Button[][] {
  const buttons = rows.map(({ transferId: id }, index) =>
    button({ locale, key: 'button.details', params: { n: index + 1 } }, { route: 'why:show', id }),
  );
  return [buttons.slice(0, 5), buttons.slice(5)];
}

function historyLine(ctx: BotContext, row: HistoryRow): string {
  const { place } = ctx.visit;
  const { locale } = place;
  return say(locale, 'history.line', {
    kind: whatFor(row, locale),
    amount: signedTokensText(row.amountUtok, locale),
    balance: tokensText(row.balanceAfterUtok, locale),
    at: instantText(row.asOf, place),
  });
}
