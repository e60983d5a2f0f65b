import { randomUUID } from 'node:crypto';
import { Composer, type Filter } from 'grammy';
import { SHORTEST_REASON } from '../../domain/billing/operations';
import { localeOf, show, tell, toast, type BotContext, type CallbackHandlers } from '../context';
import type { Press } from '../context';
import { button, lines, type Screen } from '../screen';
import { say } from '../wording';
import { openQuestion, questionOf } from './questions';
import { EVERY_ROLE, guarded, hasRole, refuseButton, type Role } from './gate';

export type ActionParams = Readonly<Record<string, string | number>>;

export interface AdminRequest {
  /** Made once for the question and kept through every repeat of the confirmation: what is done under it is done once. */
  readonly operationId: string;
  readonly params: ActionParams;
  readonly reason: string;
}

/** Something that is done after a reason was typed and a button pressed. */
export interface AdminAction {
  /** Kept in open questions; two actions never share one. */
  readonly name: string;
  readonly roles: readonly Role[];
  /** What is about to be done, as Telegram HTML; undefined when it makes no sense any more. */
  describe(ctx: BotContext, params: ActionParams): Promise<string | undefined>;
  /** Does it and shows what came of it. It may be called again with the same id after a failure. */
  perform(ctx: BotContext, request: AdminRequest): Promise<void>;
}

type Question = { readonly action: string; readonly params: ActionParams };
type ReasonQuestion = { readonly kind: 'admin_reason' } & Question;
type ConfirmQuestion = {
  readonly kind: 'admin_confirm';
  /** What was about to be done, as it was shown; absent from questions that are older than it. */
  readonly description?: string;
} & Question &
  AdminRequest;
type State = ReasonQuestion | ConfirmQuestion;

const LONGEST_REASON = 500;

/** Reason and confirmation of every action: the state lives in the database, so a restart forgets neither. */
export function actionsFeature(actions: readonly AdminAction[]) {
  const composer = new Composer<BotContext>();
  composer
    .on('message:text')
    .filter((ctx) => isAsked(ctx, actions))
    .use((ctx) => readReason(ctx, actions));
  const callbacks: CallbackHandlers<'adm:ok' | 'adm:no'> = guarded(EVERY_ROLE, {
    'adm:ok': (ctx, press) => confirm(ctx, actions, press),
    'adm:no': (ctx) => show(ctx, { text: say(localeOf(ctx), 'cancel.done'), rows: [] }),
  });
  return { composer, callbacks };
}

/** Asks why; the answer leads to the confirmation, and that to the action's `perform`. */
export async function askReason(
  ctx: BotContext,
  action: AdminAction,
  params: ActionParams,
): Promise<void> {
  const description = await describe(ctx, action, params);
  if (description === undefined) return;
  const locale = localeOf(ctx);
  const text = lines(description, '', say(locale, 'admin.reason.ask', { least: SHORTEST_REASON }));
  await show(ctx, { text, rows: [[cancelButton(ctx)]] }, { isNew: true });
  openQuestion(ctx, { kind: 'admin_reason', action: action.name, params });
}

async function describe(
  ctx: BotContext,
  action: AdminAction,
  params: ActionParams,
): Promise<string | undefined> {
  const description = await action.describe(ctx, params);
  if (description === undefined) await tell(ctx, { key: 'admin.action.senseless' });
  return description;
}

function stateOf(ctx: BotContext): State | undefined {
  return (
    questionOf<ReasonQuestion>(ctx, 'admin_reason') ??
    questionOf<ConfirmQuestion>(ctx, 'admin_confirm')
  );
}

/** The action a question is about, while the person may still do it: a role can be lost in between. */
function allowedAction(
  ctx: BotContext,
  actions: readonly AdminAction[],
  question: Question,
): AdminAction | undefined {
  const action = actions.find(({ name }) => name === question.action);
  return action && hasRole(ctx, action.roles) ? action : undefined;
}

function isAsked(ctx: BotContext, actions: readonly AdminAction[]): boolean {
  const state = stateOf(ctx);
  return (
    ctx.visit.dialogue.kind === 'keep' &&
    state?.kind === 'admin_reason' &&
    allowedAction(ctx, actions, state) !== undefined
  );
}

async function readReason(
  ctx: Filter<BotContext, 'message:text'>,
  actions: readonly AdminAction[],
): Promise<void> {
  const state = stateOf(ctx);
  const action = state && allowedAction(ctx, actions, state);
  if (!action) return;
  const reason = ctx.message.text.trim();
  if (reason.length < SHORTEST_REASON || reason.length > LONGEST_REASON) {
    const params = { least: SHORTEST_REASON, most: LONGEST_REASON };
    await tell(ctx, { key: 'admin.reason.length', params }, [[cancelButton(ctx)]]);
    return;
  }
  const { params } = state;
  const description = await describe(ctx, action, params);
  if (description === undefined) {
    ctx.visit.dialogue = { kind: 'clear' };
    return;
  }
  const operationId = randomUUID();
  await show(ctx, confirmScreen(ctx, { operationId, reason, description }), { isNew: true });
  const kind = 'admin_confirm';
  openQuestion(ctx, { kind, action: action.name, params, operationId, reason, description });
}

function confirmScreen(
  ctx: BotContext,
  asked: { operationId: string; reason: string; description: string },
): Screen {
  const locale = localeOf(ctx);
  const ok = button({ locale, key: 'admin.button.do' }, { route: 'adm:ok', id: asked.operationId });
  return {
    text: lines(wordsOf(ctx, asked), '', say(locale, 'admin.confirm')),
    rows: [[ok, cancelButton(ctx)]],
  };
}

function wordsOf(
  ctx: BotContext,
  { description, reason }: { description: string; reason: string },
): string {
  return lines(description, '', say(localeOf(ctx), 'admin.reason.given', { reason }));
}

/** A failure keeps the question open, so that the same button repeats the same operation and nothing twice. */
async function confirm(
  ctx: BotContext,
  actions: readonly AdminAction[],
  press: Press,
): Promise<void> {
  const state = stateOf(ctx);
  if (state?.kind !== 'admin_confirm' || state.operationId !== press.id) {
    await toast(ctx, { key: 'admin.confirm.over', isAlert: true });
    return;
  }
  const action = allowedAction(ctx, actions, state);
  if (!action) {
    await refuseButton(ctx);
    return;
  }
  const { params, operationId, reason } = state;
  ctx.visit.dialogue = { kind: 'keep' };
  await action.perform(ctx, { operationId, params, reason });
  if (isStillKept(ctx)) ctx.visit.dialogue = { kind: 'clear' };
  await closeQuestion(ctx, state);
}

/** What was answered is no question any more, where nothing else has taken its place. */
async function closeQuestion(
  ctx: BotContext,
  { description, reason }: ConfirmQuestion,
): Promise<void> {
  const pressed = ctx.callbackQuery?.message;
  // What is out of the bot's reach stays as it is; its button says by itself that it is over.
  if (description === undefined || !pressed || pressed.date === 0) return;
  if (ctx.visit.cards.some(({ messageId }) => messageId === pressed.message_id)) return;
  await show(ctx, { text: wordsOf(ctx, { description, reason }), rows: [] });
}

/** What is performed may have asked the next question. */
function isStillKept(ctx: BotContext): boolean {
  return ctx.visit.dialogue.kind === 'keep';
}

function cancelButton(ctx: BotContext) {
  return button({ locale: localeOf(ctx), key: 'admin.button.cancel' }, { route: 'adm:no' });
}
