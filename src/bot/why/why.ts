import { Composer } from 'grammy';
import { brokenChecks, type EntryFacts } from '../../domain/billing/explain';
import type { HistoryRow } from '../../reads/billing';
import { EVERY_ROLE, hasRole } from '../admin/gate';
import { historyKind } from '../billing/history';
import {
  localeOf,
  show,
  tell,
  type BotContext,
  type CallbackHandlers,
  type Press,
} from '../context';
import { signedTokensText } from '../display';
import type { BotParts } from '../parts';
import { button, lines, openButton, type Button, type Screen } from '../screen';
import { say } from '../wording';
import { explanationText } from './explanation';

export function whyFeature(parts: BotParts) {
  const composer = new Composer<BotContext>();
  composer.command('why', (ctx) => showDebits(ctx, parts));
  const callbacks: CallbackHandlers<'nav:why' | 'why:show'> = {
    'nav:why': (ctx) => showDebits(ctx, parts),
    'why:show': (ctx, press) => showEntry(ctx, parts, press),
  };
  return { composer, callbacks };
}

async function showDebits(ctx: BotContext, parts: BotParts): Promise<void> {
  const locale = localeOf(ctx);
  const debits = await parts.reads.latestDebits(ctx.visit.userId);
  await show(ctx, {
    text: lines(
      say(locale, 'why.title'),
      say(locale, debits.length > 0 ? 'why.choose' : 'why.empty'),
    ),
    rows: [
      ...debits.map((row) => [debitButton(ctx, row)]),
      [
        openButton(locale, 'button.history', 'nav:hist'),
        openButton(locale, 'button.menu', 'nav:menu'),
      ],
    ],
  });
}

function debitButton(ctx: BotContext, row: HistoryRow): Button {
  const locale = localeOf(ctx);
  const amount = signedTokensText(row.amountUtok, locale);
  const params = { kind: historyKind(row.kind, locale), amount };
  return button({ locale, key: 'button.why_entry', params }, whyPress(row.transferId));
}

/** The press that explains an entry. */
export function whyPress(transferId: string) {
  return { route: 'why:show', id: transferId } as const;
}

/** Explains an entry to its owner, and to operators whose ever it is; to anybody else it does not exist. */
async function showEntry(ctx: BotContext, parts: BotParts, press: Press): Promise<void> {
  const isOperator = hasRole(ctx, EVERY_ROLE);
  const userId = isOperator ? undefined : ctx.visit.userId;
  const facts =
    press.id === undefined
      ? undefined
      : await parts.reads.entryFacts({ transferId: press.id, userId });
  if (!facts) {
    await tell(ctx, { key: 'why.unknown' });
    return;
  }
  await reportBreak(ctx, parts, facts);
  await show(ctx, {
    text: explanationText(facts, ctx.visit.place, isOperator),
    rows: rowsOf(ctx, facts),
  });
}

/** Before anybody reads "we are looking into it", somebody is. */
async function reportBreak(ctx: BotContext, parts: BotParts, facts: EntryFacts): Promise<void> {
  const broken = brokenChecks(facts);
  if (broken.length === 0) return;
  const { transferId, userId } = facts;
  const { clockOffsetMs } = ctx.visit.arrival;
  await parts.commands.reportBreak({ transferId, userId, broken, clockOffsetMs });
}

function rowsOf(ctx: BotContext, { reverses, reversedBy }: EntryFacts): Screen['rows'] {
  const locale = localeOf(ctx);
  const corrections = reversedBy.map((id) => [
    button({ locale, key: 'button.correction' }, whyPress(id)),
  ]);
  const corrected =
    reverses === undefined
      ? []
      : [[button({ locale, key: 'button.corrected' }, whyPress(reverses))]];
  return [
    ...corrections,
    ...corrected,
    [
      openButton(locale, 'button.history', 'nav:hist'),
      openButton(locale, 'button.menu', 'nav:menu'),
    ],
  ];
}
