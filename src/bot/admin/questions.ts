import type { BotContext } from '../context';

const OPEN_MINUTES = 30;

/** Whatever a feature of the administration waits for; its kind begins with `admin_` and is the feature's own. */
export interface OpenQuestion {
  readonly kind: `admin_${string}`;
}

/** Remembers a question until it is answered, another one is asked, or half an hour is over (BOT-1). */
export function openQuestion<Q extends OpenQuestion>(ctx: BotContext, state: Q): void {
  const expiresAt = new Date(ctx.visit.asOf.getTime() + OPEN_MINUTES * 60_000);
  ctx.visit.dialogue = { kind: 'set', state, expiresAt };
}

/** The question of a kind that stood open when this update came; undefined for any other. */
export function questionOf<Q extends OpenQuestion>(
  ctx: BotContext,
  kind: Q['kind'],
): Q | undefined {
  const state = ctx.visit.arrival.dialogue as { readonly kind?: unknown } | undefined;
  return state?.kind === kind ? (state as Q) : undefined;
}

/** True while a typed text is an answer: a command or a button would have closed the question. */
export function isQuestionOpen(ctx: BotContext, kind: OpenQuestion['kind']): boolean {
  return ctx.visit.dialogue.kind === 'keep' && questionOf(ctx, kind) !== undefined;
}
