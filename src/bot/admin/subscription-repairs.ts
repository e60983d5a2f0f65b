import {
  SUBSCRIPTION_REPAIRS,
  type SubscriptionRepairKind,
} from '../../domain/billing/subscription-repairs';
import type { SubscriptionRepair, WishOutcome } from '../../commands/subscriptions-contract';
import type { SubscriptionView } from '../../reads/billing';
import { localeOf, show, tell, type BotContext, type Press } from '../context';
import { instantText } from '../display';
import type { BotParts } from '../parts';
import { button, lines, type Button, type Screen } from '../screen';
import { courseOf, isOver } from '../subscription/own';
import { say, sayPlainly } from '../wording';
import { askReason, type ActionParams, type AdminAction } from './actions';
import { guarded, refuseButton, type AdminFeature } from './gate';
import { showPerson, userIdOf } from './people';
import { REPAIRERS, subscriptionLines } from './person-subscription';

/** By how many days the end can be moved with one press; the Web UI takes any number. */
const SHIFTS = [1, 3, 7, 30, -1, -7] as const;

/** Repairs of a person's subscription: those its workflow allows now, each with a reason (OPS-3). */
export function subscriptionRepairsFeature(
  parts: BotParts,
): AdminFeature<'adm:sub' | 'adm:subfix'> {
  const repair = repairAction(parts);
  return {
    commands: [],
    callbacks: guarded(REPAIRERS, {
      'adm:sub': (ctx, press) => showRepairs(ctx, parts, press),
      'adm:subfix': (ctx, press) => pressRepair(ctx, repair, press),
    }),
    actions: [repair],
  };
}

async function showRepairs(ctx: BotContext, parts: BotParts, press: Press): Promise<void> {
  const userId = userIdOf(press.arg);
  const plan = userId === undefined ? undefined : await parts.reads.subscription(userId);
  if (userId === undefined || !plan || isOver(plan)) {
    await refuseButton(ctx);
    return;
  }
  const course = await courseOf(parts, plan);
  const allowed = course?.allowedRepairs ?? [];
  await show(ctx, await repairsScreen(ctx, parts, { userId, plan, allowed }));
}

interface Repairable {
  readonly userId: number;
  readonly plan: SubscriptionView;
  readonly allowed: readonly string[];
}

async function repairsScreen(
  ctx: BotContext,
  parts: BotParts,
  { userId, plan, allowed }: Repairable,
): Promise<Screen> {
  const locale = localeOf(ctx);
  const { subscriptionId: id } = plan;
  const one = (kind: SubscriptionRepairKind): Button =>
    button(
      { locale, key: `admin.sub.fix.${kind}` },
      { route: 'adm:subfix', id, arg: `${kind}.${userId}` },
    );
  const kinds = SUBSCRIPTION_REPAIRS.filter((kind) => allowed.includes(kind));
  const plain = kinds.filter((kind) => kind !== 'editTimeline').map((kind) => [one(kind)]);
  const shifts = SHIFTS.map((days) => {
    const words = { locale, key: 'admin.sub.shift', params: { days: signed(days) } } as const;
    return button(words, { route: 'adm:subfix', id, arg: `editTimeline${days}.${userId}` });
  });
  const back = button(
    { locale, key: 'admin.button.person' },
    { route: 'adm:user', arg: String(userId) },
  );
  return {
    text: lines(
      ...(await subscriptionLines(ctx, parts, plan)),
      '',
      say(locale, allowed.length > 0 ? 'admin.sub.repairs' : 'admin.sub.no_repairs'),
    ),
    rows: [
      ...plain,
      ...(kinds.includes('editTimeline') ? [shifts.slice(0, 3), shifts.slice(3)] : []),
      [back],
    ],
  };
}

function signed(days: number): string {
  return days > 0 ? `+${days}` : `−${-days}`;
}

/** `skipPeriod.42`, `editTimeline-7.42`. */
async function pressRepair(ctx: BotContext, repair: AdminAction, press: Press): Promise<void> {
  const [, kind, days, user] = /^([a-zA-Z]+)(-?\d{1,2})?\.(\d{1,15})$/.exec(press.arg ?? '') ?? [];
  if (press.id === undefined || !isRepair(kind) || user === undefined) {
    await refuseButton(ctx);
    return;
  }
  const params = { subscriptionId: press.id, userId: Number(user), kind };
  await askReason(ctx, repair, { ...params, days: Number(days ?? 0) });
}

function isRepair(kind: unknown): kind is SubscriptionRepairKind {
  return SUBSCRIPTION_REPAIRS.some((known) => known === kind);
}

function repairAction(parts: BotParts): AdminAction {
  return {
    name: 'repair_subscription',
    roles: REPAIRERS,
    describe: (ctx, params) => describe(ctx, parts, params),
    perform: async (ctx, { operationId, reason, params }) => {
      const wish = wishOf(params);
      if (!wish) return;
      const outcome = await parts.commands.repairSubscription({
        ...{ operationId, subscriptionId: String(params['subscriptionId']), wish, reason },
        operatorId: ctx.visit.userId,
      });
      await tellRepair(ctx, outcome);
      await showPerson(ctx, parts, Number(params['userId']));
    },
  };
}

/** What is about to be done to whom; nothing when that subscription is over or another one lives by now. */
async function describe(
  ctx: BotContext,
  parts: BotParts,
  params: ActionParams,
): Promise<string | undefined> {
  const { place } = ctx.visit;
  const { kind, userId, days } = params;
  const plan = await parts.reads.subscription(Number(userId));
  const isSame = plan?.subscriptionId === params['subscriptionId'];
  if (!plan || !isSame || isOver(plan) || !isRepair(kind)) return undefined;
  return say(place.locale, `admin.sub.ask.${kind}`, {
    plan: plan.planName[place.locale],
    user: String(userId),
    until: instantText(plan.periodEnd, place),
    days: signed(Number(days)),
  });
}

function wishOf({ kind, days }: ActionParams): SubscriptionRepair['wish'] | undefined {
  if (!isRepair(kind)) return undefined;
  return kind === 'editTimeline' ? { kind, days: Number(days) } : { kind };
}

async function tellRepair(ctx: BotContext, outcome: WishOutcome): Promise<void> {
  if (outcome.kind === 'done') {
    await tell(ctx, { key: 'admin.outcome.done' });
    return;
  }
  const reason = sayPlainly(localeOf(ctx), `admin.sub.refused.${outcome.reason}`);
  await tell(ctx, { key: 'admin.outcome.refused', params: { reason } });
}
