import type { HoldView } from '../../domain/billing/hold';
import { localeOf, show, type BotContext } from '../context';
import { instantText, tokensText } from '../display';
import type { BotParts } from '../parts';
import { button, lines } from '../screen';
import { say } from '../wording';
import { askReason, type AdminAction } from './actions';
import { EVERY_ROLE, guarded, hasRole, refuseButton, type AdminFeature, type Role } from './gate';
import { tellOutcome } from './outcome';
import { userIdOf } from './people';

const RELEASERS: readonly Role[] = ['finance', 'admin'];

/** Tokens of a person that lie reserved for jobs, and giving those of one job back. */
export function holdsFeature(parts: BotParts): AdminFeature<'adm:holds' | 'adm:unhold'> {
  const release = releaseAction(parts);
  return {
    commands: [],
    callbacks: {
      ...guarded(EVERY_ROLE, {
        'adm:holds': async (ctx, press) => {
          const userId = userIdOf(press.arg);
          if (userId === undefined) await refuseButton(ctx);
          else await showHolds(ctx, parts, userId);
        },
      }),
      ...guarded(RELEASERS, {
        'adm:unhold': async (ctx, press) => {
          if (press.id === undefined) await refuseButton(ctx);
          else await askReason(ctx, release, { holdId: press.id });
        },
      }),
    },
    actions: [release],
  };
}

async function showHolds(ctx: BotContext, parts: BotParts, userId: number): Promise<void> {
  const locale = localeOf(ctx);
  const holds = await parts.reads.openHolds(userId);
  const release = hasRole(ctx, RELEASERS)
    ? holds.map((hold) => [
        button(
          { locale, key: 'admin.button.unhold', params: { tokens: amountOf(ctx, hold) } },
          { route: 'adm:unhold', id: hold.holdId },
        ),
      ])
    : [];
  const person = { route: 'adm:user', arg: String(userId) } as const;
  await show(ctx, {
    text: lines(
      say(locale, 'admin.holds.title', { id: String(userId) }),
      '',
      ...holds.map((hold) => holdLine(ctx, hold)),
      holds.length === 0 && say(locale, 'admin.holds.none'),
    ),
    rows: [...release, [button({ locale, key: 'admin.button.person' }, person)]],
  });
}

function holdLine(ctx: BotContext, hold: HoldView): string {
  const { place } = ctx.visit;
  const { locale } = place;
  return say(locale, 'admin.holds.line', {
    tokens: amountOf(ctx, hold),
    track: hold.track ?? '—',
    reported: tokensText(hold.reportedUtok, locale),
    until: instantText(hold.leaseUntil, place),
  });
}

function amountOf(ctx: BotContext, { amountUtok }: HoldView): string {
  return tokensText(amountUtok, localeOf(ctx));
}

function releaseAction(parts: BotParts): AdminAction {
  return {
    name: 'release_hold',
    roles: RELEASERS,
    describe: async (ctx, { holdId }) => {
      const hold = await parts.reads.jobHold(String(holdId));
      if (hold?.state !== 'active') return undefined;
      const params = { tokens: amountOf(ctx, hold), id: String(hold.userId) };
      return say(localeOf(ctx), 'admin.holds.release', { ...params, track: hold.track ?? '—' });
    },
    perform: async (ctx, { operationId, reason, params }) => {
      const holdId = String(params['holdId']);
      const operator = { userId: ctx.visit.userId };
      const outcome = await parts.commands.operate({
        ...{ operationId, action: 'release_hold', params: { holdId }, operator, reason },
      });
      const hold = await parts.reads.jobHold(holdId);
      if ((await tellOutcome(ctx, outcome)) && hold) await showHolds(ctx, parts, hold.userId);
    },
  };
}
