import { readMultiplierLine, type MultiplierLine } from '../../domain/billing/multiplier-line';
import type { MultiplierView } from '../../reads/admin/multipliers';
import { localeOf, show, tell, type BotContext } from '../context';
import type { BotParts } from '../parts';
import { lines } from '../screen';
import { say } from '../wording';
import { askReason, type AdminAction } from './actions';
import type { AdminFeature, Role } from './gate';
import { tellOutcome } from './outcome';

const ADMINS: readonly Role[] = ['admin'];

/** /multipliers: what costs of jobs are multiplied by and what other currencies are worth, shown and set (TC-1). */
export function multipliersFeature(parts: BotParts): AdminFeature<never> {
  const action = multiplierAction(parts);
  return {
    commands: [
      {
        command: 'multipliers',
        roles: ADMINS,
        handler: (ctx, line) => typed(ctx, { parts, action, line }),
      },
    ],
    callbacks: {},
    actions: [action],
  };
}

async function typed(
  ctx: BotContext,
  { parts, action, line }: { parts: BotParts; action: AdminAction; line: string },
): Promise<void> {
  if (line === '') return showAll(ctx, parts);
  const read = readMultiplierLine(line);
  if ('unread' in read) {
    await tell(ctx, { key: 'admin.multipliers.unread', params: { word: read.unread } });
  } else {
    await askReason(ctx, action, { line });
  }
}

async function showAll(ctx: BotContext, parts: BotParts): Promise<void> {
  const locale = localeOf(ctx);
  const { multipliers, rates } = await parts.reads.costTerms();
  const rows = multipliers.map((row) =>
    say(locale, 'admin.multipliers.row', {
      scope: scopeOf(row) || say(locale, 'admin.multipliers.everybody'),
      multiplier: row.multiplier,
      from: dayOf(row.validFrom),
      until: row.validUntil === null ? '…' : dayOf(row.validUntil),
    }),
  );
  const worth = rates.map(({ currency, rubPerUnit, validFrom }) =>
    say(locale, 'admin.multipliers.rate', { currency, rubPerUnit, from: dayOf(validFrom) }),
  );
  const none = say(locale, 'admin.multipliers.none');
  const text = lines(
    say(locale, 'admin.multipliers.title'),
    '',
    ...(rows.length + worth.length === 0 ? [none] : [...rows, ...worth]),
    '',
    say(locale, 'admin.multipliers.usage'),
  );
  await show(ctx, { text, rows: [] });
}

type Scope = Partial<Pick<MultiplierView, 'track' | 'client' | 'tariff'>>;

function scopeOf({ track, client, tariff }: Scope): string {
  return [track && `track=${track}`, client && `client=${client}`, tariff && `tariff=${tariff}`]
    .filter(Boolean)
    .join(' ');
}

function dayOf(instant: string): string {
  return instant.slice(0, 10);
}

function multiplierAction(parts: BotParts): AdminAction {
  return {
    name: 'multiplier',
    roles: ADMINS,
    describe: async (ctx, { line }) =>
      say(localeOf(ctx), 'admin.multipliers.ask', { line: String(line) }),
    perform: async (ctx, { operationId, reason, params }) => {
      const read = readMultiplierLine(String(params['line']));
      if ('unread' in read) return;
      const operator = { userId: ctx.visit.userId };
      const outcome = await parts.commands.operate({
        operationId,
        operator,
        reason,
        ...asked(read),
      });
      if (await tellOutcome(ctx, outcome)) await showAll(ctx, parts);
    },
  };
}

function asked(line: MultiplierLine) {
  if (line.kind === 'rate') {
    const { currency, rubPerUnit, from } = line;
    return { action: 'set_cost_rate', params: { currency, rubPerUnit, from } } as const;
  }
  const { track, client, tariff, multiplier, from } = line;
  return {
    action: 'set_multiplier',
    params: { track, client, tariff, multiplier, from },
  } as const;
}
