import type { StuckWorkflow } from '../../commands/repairs-contract';
import type { UnpaidStep } from '../../reads/subscriptions';
import { localeOf, show, type BotContext } from '../context';
import { instantText } from '../display';
import type { BotParts } from '../parts';
import { button, lines, type Screen } from '../screen';
import { escapeHtml, say } from '../wording';
import { EVERY_ROLE, guarded, type AdminFeature } from './gate';
import { wordOf, workflowUrl } from './words';

/** What fits on a screen; the Web UI has the rest. */
const MOST_SHOWN = 15;

/** Workflows that say they need a human (OPS-3). */
export function stuckFeature(parts: BotParts): AdminFeature<'adm:stuck'> {
  return {
    commands: [{ command: 'stuck', roles: EVERY_ROLE, handler: (ctx) => showStuck(ctx, parts) }],
    callbacks: guarded(EVERY_ROLE, { 'adm:stuck': (ctx) => showStuck(ctx, parts) }),
  };
}

async function showStuck(ctx: BotContext, parts: BotParts): Promise<void> {
  const found = await parts.commands.stuckWorkflows(MOST_SHOWN + 1);
  const unpaid = await parts.reads.unpaidSteps();
  const screen = stuckScreen(ctx, parts, found);
  await show(ctx, { ...screen, text: lines(screen.text, ...unpaidLines(ctx, unpaid)) });
}

function stuckScreen(ctx: BotContext, parts: BotParts, found: readonly StuckWorkflow[]): Screen {
  const locale = localeOf(ctx);
  const refresh = button({ locale, key: 'admin.button.refresh' }, { route: 'adm:stuck' });
  return {
    text: lines(
      say(locale, 'admin.stuck.title'),
      '',
      ...found.slice(0, MOST_SHOWN).map((workflow) => stuckLine(ctx, parts, workflow)),
      found.length === 0 && say(locale, 'admin.stuck.none'),
      found.length > MOST_SHOWN && say(locale, 'admin.stuck.more'),
    ),
    rows: [[refresh]],
  };
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
  const url = workflowUrl(parts, workflowId);
  const id = `<code>${escapeHtml(workflowId)}</code>`;
  return lines(
    url === undefined ? id : `${id} · <a href="${escapeHtml(url)}">Web UI</a>`,
    say(place.locale, 'admin.stuck.line', {
      ...{ state, reason: wordOf(place.locale, 'admin.item', reason), user: userId ?? '—' },
      since: instantText(startedAt, place),
    }),
  );
}
