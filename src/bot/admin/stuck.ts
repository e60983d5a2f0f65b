import type { FailingActivity, StuckWorkflow } from '../../commands/repairs-contract';
import { listUrl, SAVED_VIEWS } from '../../domain/billing/saved-views';
import type { UnpaidStep } from '../../reads/subscriptions';
import { localeOf, show, type BotContext } from '../context';
import { loggable } from '../faults';
import { instantText } from '../display';
import type { BotParts } from '../parts';
import { button, lines, linkButton, type Screen } from '../screen';
import { markFailed } from '../watching';
import { escapeHtml, say } from '../wording';
import { EVERY_ROLE, guarded, type AdminFeature } from './gate';
import { wordOf, workflowUrl } from './words';

/** What fits on a screen; the Web UI has the rest. */
const MOST_SHOWN = 15;
/** Letters of a failure; the Web UI has all of it. */
const LONGEST_REASON = 120;
/** Views beside each other. */
const IN_A_ROW = 2;

/** Workflows that say they need a human (OPS-3). */
export function stuckFeature(parts: BotParts): AdminFeature<'adm:stuck'> {
  return {
    commands: [{ command: 'stuck', roles: EVERY_ROLE, handler: (ctx) => showStuck(ctx, parts) }],
    callbacks: guarded(EVERY_ROLE, { 'adm:stuck': (ctx) => showStuck(ctx, parts) }),
  };
}

/** It is asked for on bad days: what cannot be read is said in its place, and the rest is shown all the same. */
async function showStuck(ctx: BotContext, parts: BotParts): Promise<void> {
  const { commands, reads } = parts;
  const attempt = <T>(what: Part, read: () => Promise<T>) => readOrSay(ctx, parts, { what, read });
  const found = await attempt('workflows', () => commands.stuckWorkflows(MOST_SHOWN + 1));
  const failing = await attempt('activities', async () =>
    commands.failingActivities(await reads.workflowsToldOf()),
  );
  const unpaid = await attempt('subscriptions', () => reads.unpaidSteps());
  const locale = localeOf(ctx);
  const text = lines(
    say(locale, 'admin.stuck.title'),
    '',
    ...(typeof found === 'string' ? [found] : stuckLines(ctx, parts, found)),
    ...(typeof failing === 'string' ? ['', failing] : failingLines(ctx, parts, failing)),
    ...(typeof unpaid === 'string' ? ['', unpaid] : unpaidLines(ctx, unpaid)),
  );
  const refresh = button({ locale, key: 'admin.button.refresh' }, { route: 'adm:stuck' });
  await show(ctx, { text, rows: [[refresh], ...viewRows(ctx, parts)] });
}

type Part = 'workflows' | 'activities' | 'subscriptions';

/** What was read, or the words that it cannot be; the failure itself is for the log. */
async function readOrSay<T>(
  ctx: BotContext,
  { log }: BotParts,
  { what, read }: { what: Part; read: () => Promise<T> },
): Promise<T | string> {
  try {
    return await read();
  } catch (error) {
    markFailed(ctx);
    log.error({ what, err: loggable(error) }, 'a part of /stuck cannot be read');
    return say(localeOf(ctx), `admin.stuck.unread.${what}`);
  }
}

function stuckLines(
  ctx: BotContext,
  parts: BotParts,
  found: readonly StuckWorkflow[],
): readonly string[] {
  const locale = localeOf(ctx);
  if (found.length === 0) return [say(locale, 'admin.stuck.none')];
  const shown = found.slice(0, MOST_SHOWN).map((workflow) => stuckLine(ctx, parts, workflow));
  return found.length > MOST_SHOWN ? [...shown, say(locale, 'admin.stuck.more')] : shown;
}

/** An activity may fail and fail in a workflow that itself sees nothing wrong. */
function failingLines(
  ctx: BotContext,
  parts: BotParts,
  failing: readonly FailingActivity[],
): readonly string[] {
  if (failing.length === 0) return [];
  const locale = localeOf(ctx);
  const rows = failing.slice(0, MOST_SHOWN).map(({ workflowId, activity, tries, reason }) => {
    const words = say(locale, 'admin.stuck.failing_line', {
      ...{ activity, tries },
      reason: reason.slice(0, LONGEST_REASON),
    });
    return lines(linkTo(parts, workflowId), words);
  });
  return ['', say(locale, 'admin.stuck.failing'), ...rows];
}

/** The list of the Web UI asked the questions that operators ask again and again (OPS-2). */
function viewRows(ctx: BotContext, { settings: { webUi } }: BotParts): Screen['rows'] {
  if (!webUi) return [];
  const locale = localeOf(ctx);
  const nowMs = ctx.visit.asOf.getTime();
  const buttons = SAVED_VIEWS.map(({ name, query }) =>
    linkButton({ locale, key: 'admin.stuck.view', params: { name } }, listUrl(webUi, query(nowMs))),
  );
  const rows = Math.ceil(buttons.length / IN_A_ROW);
  return Array.from({ length: rows }, (_, row) =>
    buttons.slice(row * IN_A_ROW, (row + 1) * IN_A_ROW),
  );
}

/** Where the unpaid subscriptions stand: many at one step tell of a provider or a plan rather than of people. */
function unpaidLines(ctx: BotContext, steps: readonly UnpaidStep[]): readonly string[] {
  const locale = localeOf(ctx);
  if (steps.length === 0) return [];
  const rows = steps.map(({ tries, access, count }) =>
    say(locale, 'admin.stuck.unpaid_line', {
      ...{ tries, count },
      access: wordOf(locale, 'admin.access', access),
    }),
  );
  return ['', say(locale, 'admin.stuck.unpaid'), ...rows];
}

function stuckLine(ctx: BotContext, parts: BotParts, workflow: StuckWorkflow): string {
  const { place } = ctx.visit;
  const { workflowId, state, reason, userId, startedAt } = workflow;
  return lines(
    linkTo(parts, workflowId),
    say(place.locale, 'admin.stuck.line', {
      ...{ state, reason: wordOf(place.locale, 'admin.item', reason), user: userId ?? '—' },
      since: instantText(startedAt, place),
    }),
  );
}

function linkTo(parts: BotParts, workflowId: string): string {
  const url = workflowUrl(parts, workflowId);
  const id = `<code>${escapeHtml(workflowId)}</code>`;
  return url === undefined ? id : `${id} · <a href="${escapeHtml(url)}">Web UI</a>`;
}
