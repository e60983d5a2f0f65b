import { instantOf, localTimeOf } from '../../domain/calendar';
import { localeOf, show, tell, type BotContext, type CallbackHandlers } from '../context';
import { instantText, type Place } from '../display';
import type { BotParts } from '../parts';
import { openButton, type Screen } from '../screen';
import { say } from '../wording';
import { withLive, wishOf, type Own } from './own';
import { answerWish } from './wishes';
import { planButton } from './words';

const DAY = 86_400_000;
const MINUTE = 60_000;
const MORNING = 'T10:00:00.000';
/** What one screen offers. */
const MOST_DAYS = 4;

/** Choosing another time for the next try of an unpaid renewal (SB-16). */
export function moving(parts: BotParts): CallbackHandlers<'sub:move' | 'sub:when'> {
  return {
    'sub:move': (ctx, press) => withLive(ctx, parts, { press, act: (own) => offer(ctx, own) }),
    'sub:when': (ctx, press) =>
      withLive(ctx, parts, {
        press,
        act: (own) => move(ctx, parts, { own, at: instantIn(press.arg ?? '') }),
      }),
  };
}

async function offer(ctx: BotContext, own: Own): Promise<void> {
  const times = mornings(own, ctx.visit);
  if (own.plan.state !== 'past_due') await tell(ctx, { key: 'sub.refused.wrong_state' });
  else if (times.length === 0) await tell(ctx, { key: 'sub.move.none' });
  else await show(ctx, timesScreen(ctx, own, times));
}

function timesScreen(ctx: BotContext, own: Own, times: readonly string[]): Screen {
  const { place } = ctx.visit;
  const rows = times.map((at) => {
    const arg = Math.floor(Date.parse(at) / MINUTE).toString(36);
    const params = { at: instantText(at, place) };
    return [planButton(ctx, own, { key: 'sub.move.at', params, route: 'sub:when', arg })];
  });
  const back = [openButton(localeOf(ctx), 'button.sub_back', 'nav:sub')];
  return { text: say(place.locale, 'sub.move.ask'), rows: [...rows, back] };
}

/** The mornings from tomorrow on until the last try that is planned. */
function mornings(own: Own, { asOf, place }: { asOf: Date; place: Place }): string[] {
  const tries = own.course?.steps.filter(({ kind }) => kind === 'renew') ?? [];
  const lastMs = Date.parse(tries.at(-1)?.at ?? '');
  const days = Array.from({ length: MOST_DAYS }, (_, index) =>
    morningAfter(asOf, place, index + 1),
  );
  return days.filter((at) => Date.parse(at) <= lastMs);
}

/** Ten in the morning some days from now, where the person lives. */
export function morningAfter(asOf: Date, { timeZone }: Place, days: number): string {
  const day = localTimeOf(asOf.getTime(), timeZone).slice(0, 10);
  const later = new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
  return new Date(instantOf(`${later}${MORNING}`, timeZone)).toISOString();
}

function instantIn(arg: string): string | undefined {
  const minutes = /^[0-9a-z]{1,8}$/.test(arg) ? Number.parseInt(arg, 36) : Number.NaN;
  const at = new Date(minutes * MINUTE);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** Asks for the next try at an instant; the workflow knows how late it may be. */
export async function move(
  ctx: BotContext,
  parts: BotParts,
  { own, at, isNew = false }: { own: Own; at: string | undefined; isNew?: boolean },
): Promise<void> {
  if (at === undefined) {
    await tell(ctx, { key: 'sub.unclear' });
    return;
  }
  const outcome = await parts.commands.negotiate({ ...wishOf(ctx, own), at });
  const told = outcome.kind === 'done' ? { ...outcome, at } : outcome;
  await answerWish(ctx, parts, { outcome: told, said: () => 'sub.done.moved', isNew });
}
