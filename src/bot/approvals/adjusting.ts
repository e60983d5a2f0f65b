import { ROLES, type Role } from '../../domain/billing/operations';
import { parseTypedAmount } from '../../domain/billing/pricing';
import type { PersonCard } from '../../reads/admin/contract';
import { askReason, type ActionParams, type AdminAction } from '../admin/actions';
import { EVERY_ROLE, type AdminFeature } from '../admin/gate';
import { tellOutcome } from '../admin/outcome';
import { localeOf, tell, type BotContext } from '../context';
import { instantText, signedTokensText, tokensText } from '../display';
import type { BotParts } from '../parts';
import { lines } from '../screen';
import { say } from '../wording';

const DAY_MS = 24 * 3_600_000;
/** Longest life of a present, in days: ten years. */
const LONGEST_DAYS = 3_650;

/** /credit and /role: both are proposals to somebody else (OPS-12). */
export function adjustingFeature(parts: BotParts): AdminFeature<never> {
  const credit = creditAction(parts);
  const role = roleAction(parts);
  return {
    commands: [
      {
        command: 'credit',
        roles: EVERY_ROLE,
        handler: (ctx, typed) => askCredit(ctx, { parts, action: credit, typed }),
      },
      {
        command: 'role',
        roles: ['admin'],
        handler: (ctx, typed) => askRole(ctx, { parts, action: role, typed }),
      },
    ],
    callbacks: {},
    actions: [credit, role],
  };
}

interface Typed {
  readonly parts: BotParts;
  readonly action: AdminAction;
  readonly typed: string;
}

/** `/credit 42 +10.5`, `/credit @anna -3`, `/credit 42 +100 30d` for tokens that end in thirty days. */
async function askCredit(ctx: BotContext, { parts, action, typed }: Typed): Promise<void> {
  const [, who = '', sign, amount = '', days] =
    /^(\S+)\s+([+-])\s*([\d.,\s]*\d)(?:\s+(\d{1,4})d)?$/i.exec(typed) ?? [];
  const utok = parseTypedAmount(amount, 6);
  const ttlDays = days === undefined ? 0 : Number(days);
  const isSense = ttlDays <= LONGEST_DAYS && !(sign === '-' && days !== undefined);
  if (utok === undefined || utok === 0 || !isSense) {
    await tell(ctx, { key: 'credit.usage' });
    return;
  }
  const userId = await personNamed(ctx, parts, who);
  if (userId === undefined) return;
  await askReason(ctx, action, { userId, changeUtok: sign === '-' ? -utok : utok, ttlDays });
}

function creditAction(parts: BotParts): AdminAction {
  return {
    name: 'credit',
    roles: EVERY_ROLE,
    describe: async (ctx, params) => {
      const { userId, changeUtok, ttlDays } = creditOf(params);
      const card = await parts.reads.personCard(userId);
      if (!card) return undefined;
      const { place } = ctx.visit;
      const change = signedTokensText(changeUtok, place.locale);
      const balance = tokensText(card.balanceUtok, place.locale);
      return lines(
        say(place.locale, 'credit.describe', { change, person: labelOf(card), balance }),
        ttlDays > 0 &&
          say(place.locale, 'credit.expires', { at: instantText(expiryOf(ctx, ttlDays), place) }),
      );
    },
    perform: async (ctx, { operationId, params, reason }) => {
      const { userId, changeUtok, ttlDays } = creditOf(params);
      const shared = { operationId, reason, operator: { userId: ctx.visit.userId } };
      const amountUtok = Math.abs(changeUtok);
      const expiry = ttlDays > 0 ? { expiresAt: expiryOf(ctx, ttlDays) } : {};
      const origin = ttlDays > 0 ? 'grant' : 'adjustment';
      const outcome = await parts.commands.operate(
        changeUtok > 0
          ? { ...shared, action: 'grant_tokens', params: { userId, amountUtok, origin, ...expiry } }
          : { ...shared, action: 'take_tokens', params: { userId, amountUtok } },
      );
      await tellOutcome(ctx, outcome);
    },
  };
}

function creditOf(params: ActionParams) {
  const of = (name: string): number => Number(params[name]);
  return { userId: of('userId'), changeUtok: of('changeUtok'), ttlDays: of('ttlDays') };
}

function expiryOf(ctx: BotContext, ttlDays: number): string {
  return new Date(ctx.visit.asOf.getTime() + ttlDays * DAY_MS).toISOString();
}

/** `/role 42 support on`. */
async function askRole(ctx: BotContext, { parts, action, typed }: Typed): Promise<void> {
  const [, who = '', name = '', to] = /^(\S+)\s+(\w+)\s+(on|off)$/i.exec(typed) ?? [];
  const role = ROLES.find((one) => one === name.toLowerCase());
  if (role === undefined || to === undefined) {
    await tell(ctx, { key: 'role.usage', params: { roles: ROLES.join(', ') } });
    return;
  }
  const userId = await personNamed(ctx, parts, who);
  if (userId === undefined) return;
  await askReason(ctx, action, { userId, role, to: to.toLowerCase() });
}

function roleAction(parts: BotParts): AdminAction {
  return {
    name: 'role',
    roles: ['admin'],
    describe: async (ctx, { userId, role, to }) => {
      const card = await parts.reads.personCard(Number(userId));
      if (!card) return undefined;
      const key = to === 'on' ? 'role.describe_on' : 'role.describe_off';
      return say(localeOf(ctx), key, { role: String(role), person: labelOf(card) });
    },
    perform: async (ctx, { operationId, params, reason }) => {
      const outcome = await parts.commands.operate({
        operationId,
        action: params['to'] === 'on' ? 'grant_role' : 'revoke_role',
        params: { userId: Number(params['userId']), role: params['role'] as Role },
        operator: { userId: ctx.visit.userId },
        reason,
      });
      await tellOutcome(ctx, outcome);
    },
  };
}

/** The one person meant; when none or several are, the operator is told and nobody is taken. */
async function personNamed(
  ctx: BotContext,
  parts: BotParts,
  who: string,
): Promise<number | undefined> {
  const hits = await parts.reads.findPeople(who);
  const [first, ...others] = [...new Set(hits.map(({ userId }) => userId))];
  if (first !== undefined && others.length === 0) return first;
  await tell(
    ctx,
    first === undefined
      ? { key: 'admin.find.nobody', params: { query: who.slice(0, 100) } }
      : { key: 'credit.several' },
  );
  return undefined;
}

function labelOf({ name, username, userId }: PersonCard): string {
  const handle = username === null ? '' : `@${username}`;
  return [name, handle, String(userId)].filter(Boolean).join(' · ');
}
