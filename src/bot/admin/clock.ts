import { jumpEndMs, readClockJump, type ClockJump } from '../../domain/clock-jump';
import { localeOf, tell, type BotContext } from '../context';
import { sendScreen } from '../delivery';
import { instantText } from '../display';
import type { BotParts, ClockMove, TestClock } from '../parts';
import { lines } from '../screen';
import { say } from '../wording';
import type { AdminFeature, Role } from './gate';
import { userIdOf } from './people';
import { timerText } from './timers';

const ADMINS: readonly Role[] = ['admin'];
/** A year of reminders would not fit into a message. */
const MOST_EVENTS = 20;

/** /clock: moves the clock of a test customer; in the sandbox only, and elsewhere it says so (OPS-20). */
export function clockFeature(parts: BotParts): AdminFeature<never> {
  const isHidden = parts.testClock === undefined;
  return {
    commands: [
      {
        ...{ command: 'clock', roles: ADMINS, isHidden },
        handler: (ctx, line) => typed(ctx, parts, line),
      },
    ],
    callbacks: {},
  };
}

/** What is to be moved, and how far. */
interface Wish {
  readonly userId: number;
  readonly jump: ClockJump;
  readonly word: string;
}

async function typed(ctx: BotContext, parts: BotParts, line: string): Promise<void> {
  const { testClock } = parts;
  if (!testClock) return tell(ctx, { key: 'admin.clock.only_sandbox' });
  const wish = readWish(line, ctx.visit.userId);
  if (!wish) return tell(ctx, { key: 'admin.clock.usage' });
  const { userId, word } = wish;
  await tell(ctx, { key: 'admin.clock.moving', params: { userId: String(userId), jump: word } });
  // A year takes longer than Telegram waits for an update, and the other commands must not wait for it either.
  void move(ctx, testClock, wish).catch((error: unknown) =>
    parts.log.error({ err: error, userId }, 'nobody was told how the clock was moved'),
  );
}

function readWish(line: string, ownId: number): Wish | undefined {
  const [word = '', id, ...rest] = line.split(/\s+/).reverse();
  const userId = id === undefined ? ownId : userIdOf(id);
  const jump = readClockJump(word);
  if (userId === undefined || jump === undefined || rest.length > 0) return undefined;
  return { userId, jump, word };
}

async function move(ctx: BotContext, clock: TestClock, { userId, jump }: Wish): Promise<void> {
  const endMs = (fromMs: number) => jumpEndMs(fromMs, jump);
  const text = await clock.move({ userId, endMs }).then(
    (moved) => inWords(ctx, userId, moved),
    (error: unknown) => failed(ctx, userId, error),
  );
  await sendScreen(ctx.api, ctx.chat?.id ?? ctx.visit.userId, { text, rows: [] });
}

function failed(ctx: BotContext, userId: number, error: unknown): string {
  const problem = error instanceof Error ? error.message : String(error);
  return say(localeOf(ctx), 'admin.clock.failed', { userId: String(userId), problem });
}

function inWords(ctx: BotContext, userId: number, move: ClockMove): string {
  const locale = localeOf(ctx);
  const whose = { userId: String(userId) };
  switch (move.kind) {
    case 'busy':
    case 'unknown_person':
      return say(locale, `admin.clock.${move.kind}`, whose);
    case 'fixed':
      return say(locale, 'admin.clock.fixed', { problem: move.problem });
    case 'moved':
      return journeyInWords(ctx, userId, move);
  }
}

function journeyInWords(
  ctx: BotContext,
  userId: number,
  { fromMs, untilMs, fired }: Extract<ClockMove, { kind: 'moved' }>,
): string {
  const locale = localeOf(ctx);
  const at = (ms: number) => instantText(new Date(ms).toISOString(), ctx.visit.place);
  const whole = { userId: String(userId), from: at(fromMs), until: at(untilMs) };
  const events = fired.slice(0, MOST_EVENTS).map(({ workflowId, atMs, summary }) => {
    const what = timerText(locale, summary) ?? summary;
    const event = { at: at(atMs), what, workflowId };
    return say(locale, 'admin.clock.event', event);
  });
  const left = fired.length - events.length;
  return lines(
    say(locale, 'admin.clock.moved', whole),
    '',
    say(locale, 'admin.clock.fired', { count: fired.length }),
    ...events,
    ...(left > 0 ? [say(locale, 'admin.clock.more', { count: left })] : []),
  );
}
