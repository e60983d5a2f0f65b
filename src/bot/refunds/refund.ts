import { Composer, type Filter } from 'grammy';
import type { OpenedRefund } from '../../commands/refunds-contract';
import type { PaidOrder } from '../../reads/refunds';
import { TEXTS, type TextKey } from '../../texts';
import { NEW_MESSAGE } from '../callback-data';
import {
  localeOf,
  show,
  tell,
  type BotContext,
  type CallbackHandlers,
  type Press,
} from '../context';
import { amountText, instantText } from '../display';
import type { BotParts } from '../parts';
import { button, lines, openButton, type Button, type Screen } from '../screen';
import { say } from '../wording';
import { planText } from './plan';

/** Why people want their money back, as buttons offer it; anything else is typed. */
const REASONS = ['mistake', 'broken', 'mind'] as const;
const OTHER = 'other';
const SHORTEST_REASON = 10;
const LONGEST_REASON = 500;
const DIALOGUE_MINUTES = 30;

interface Question {
  readonly kind: 'refund_reason';
  readonly paymentId: string;
}

type Routes = 'ref:list' | 'ref:pick' | 'ref:why' | 'ref:ok';

/** A person claims their money back: order, reason, plan with every figure, confirmation (RF-4). */
export function refundFeature(parts: BotParts) {
  const composer = new Composer<BotContext>();
  composer.command('refund', (ctx) => showOrders(ctx, parts));
  const questions = new Composer<BotContext>();
  questions.on('message:text').filter(isAsked, (ctx) => readReason(ctx, parts));
  const callbacks: CallbackHandlers<Routes> = {
    'ref:list': (ctx, press) => showOrders(ctx, parts, press.arg === NEW_MESSAGE),
    'ref:pick': (ctx, press) => pick(ctx, parts, press),
    'ref:why': (ctx, press) => giveReason(ctx, parts, press),
    'ref:ok': (ctx, press) => confirm(ctx, parts, press),
  };
  return { composer, questions, callbacks };
}

async function showOrders(ctx: BotContext, parts: BotParts, isNew = false): Promise<void> {
  const { place, userId } = ctx.visit;
  const orders = await parts.reads.refundable(userId);
  const { locale } = place;
  const buttons = orders
    .filter(({ refund }) => refund === undefined || refund.state === 'done')
    .map(({ paymentId: id, invoiceNo: no, amount }): readonly Button[] => [
      button(
        { locale, key: 'refund.button.order', params: { no, amount: amountText(amount, locale) } },
        { route: 'ref:pick', id },
      ),
    ]);
  const text = lines(
    say(locale, 'refund.title'),
    '',
    ...orders.map((order) => orderLine(ctx, order)),
    orders.length > 0 && '',
    say(locale, orders.length > 0 ? 'refund.choose' : 'refund.none'),
  );
  const rows = [...buttons, [openButton(locale, 'button.menu', 'nav:menu')]];
  await show(ctx, { text, rows }, { isNew });
}

function orderLine(ctx: BotContext, order: PaidOrder): string {
  const { place } = ctx.visit;
  const { locale } = place;
  const { currency, exponent } = order.amount;
  const line = say(locale, 'refund.order', {
    no: order.invoiceNo,
    plan: order.planName[locale],
    amount: amountText(order.amount, locale),
    at: instantText(order.paidAt, place),
  });
  if (!order.refund) return line;
  const { state, amountMinor: minor } = order.refund;
  const amount = amountText({ minor, currency, exponent }, locale);
  return `${line}\n${say(locale, stateKey(state), { amount })}`;
}

function stateKey(state: string): TextKey {
  if (state === 'done') return 'refund.state.done';
  return state === 'proposed' ? 'refund.state.proposed' : 'refund.state.running';
}

/** An order of one's own; anybody else's does not exist (BOT-4). */
async function ownOrder(
  ctx: BotContext,
  parts: BotParts,
  paymentId: string | undefined,
): Promise<PaidOrder | undefined> {
  const order = paymentId === undefined ? undefined : await parts.reads.paidOrder(paymentId);
  if (order?.userId === ctx.visit.userId) return order;
  await tell(ctx, { key: 'refund.unknown' });
  return undefined;
}

async function pick(ctx: BotContext, parts: BotParts, { id }: Press): Promise<void> {
  const order = await ownOrder(ctx, parts, id);
  if (!order) return;
  const locale = localeOf(ctx);
  const reasons = [...REASONS, OTHER].map((arg): readonly Button[] => [
    button(
      { locale, key: `refund.reason.${arg as (typeof REASONS)[number] | typeof OTHER}` },
      { route: 'ref:why', id, arg },
    ),
  ]);
  await show(ctx, {
    text: say(locale, 'refund.why', { no: order.invoiceNo }),
    rows: [...reasons, [openButton(locale, 'button.back', 'ref:list')]],
  });
}

async function giveReason(ctx: BotContext, parts: BotParts, press: Press): Promise<void> {
  const order = await ownOrder(ctx, parts, press.id);
  if (!order) return;
  const known = REASONS.find((reason) => reason === press.arg);
  // The audit is read in one language.
  if (known) return preview(ctx, parts, { order, reason: TEXTS.en[`refund.reason.${known}`] });
  const locale = localeOf(ctx);
  const state: Question = { kind: 'refund_reason', paymentId: order.paymentId };
  const expiresAt = new Date(ctx.visit.asOf.getTime() + DIALOGUE_MINUTES * 60_000);
  await show(ctx, {
    text: say(locale, 'refund.write', { least: SHORTEST_REASON }),
    rows: [[openButton(locale, 'button.back', 'ref:list')]],
  });
  ctx.visit.dialogue = { kind: 'set', state, expiresAt };
}

function questionOf(ctx: BotContext): Question | undefined {
  const state = ctx.visit.arrival.dialogue as Partial<Question> | undefined;
  return state?.kind === 'refund_reason' ? (state as Question) : undefined;
}

function isAsked<C extends BotContext>(ctx: C): ctx is C {
  return ctx.visit.dialogue.kind === 'keep' && questionOf(ctx) !== undefined;
}

async function readReason(ctx: Filter<BotContext, 'message:text'>, parts: BotParts): Promise<void> {
  const reason = ctx.message.text.trim();
  if (reason.length < SHORTEST_REASON || reason.length > LONGEST_REASON) {
    const params = { least: SHORTEST_REASON, most: LONGEST_REASON };
    await tell(ctx, { key: 'refund.length', params });
    return;
  }
  ctx.visit.dialogue = { kind: 'clear' };
  const order = await ownOrder(ctx, parts, questionOf(ctx)?.paymentId);
  if (order) await preview(ctx, parts, { order, reason });
}

/** Names the claim by the update that made it, so that an update told twice makes one. */
async function preview(
  ctx: BotContext,
  parts: BotParts,
  claim: { order: PaidOrder; reason: string },
): Promise<void> {
  const { order, reason } = claim;
  const n = `u${ctx.update.update_id.toString(36)}`;
  const { paymentId } = order;
  const requestedBy = { kind: 'user', id: String(ctx.visit.userId) } as const;
  const opened = await parts.commands.openRefund({
    n,
    input: { paymentId, origin: 'user', requestedBy, reason, isPreview: true },
  });
  await show(ctx, previewScreen(ctx, order, { opened, n }));
}

function previewScreen(
  ctx: BotContext,
  order: PaidOrder,
  { opened, n }: { opened: OpenedRefund; n: string },
): Screen {
  const { place } = ctx.visit;
  const { locale } = place;
  const back = [openButton(locale, 'button.back', 'ref:list')];
  if (opened.kind !== 'planned') return { text: refusalText(ctx, opened), rows: [back] };
  const { plan, approvals } = opened;
  const amount = amountText({ ...plan, minor: plan.refundMinor }, locale);
  return {
    text: lines(
      planText(plan, { no: order.invoiceNo }, place),
      approvals > 0 && say(locale, 'refund.plan.approval'),
    ),
    rows: [
      [
        button(
          { locale, key: 'refund.button.confirm', params: { amount } },
          { route: 'ref:ok', id: order.paymentId, arg: n },
        ),
      ],
      back,
    ],
  };
}

function refusalText(ctx: BotContext, opened: Exclude<OpenedRefund, { kind: 'planned' }>): string {
  const locale = localeOf(ctx);
  const reason = opened.kind === 'refused' ? opened.reason : 'over';
  const key = `refund.refused.${reason}`;
  return say(locale, key in TEXTS[locale] ? (key as TextKey) : 'refund.refused.over');
}

async function confirm(ctx: BotContext, parts: BotParts, press: Press): Promise<void> {
  const order = await ownOrder(ctx, parts, press.id);
  if (!order) return;
  const { paymentId } = order;
  const n = press.arg ?? '';
  const actor = { kind: 'user', id: String(ctx.visit.userId) } as const;
  const confirmed = await parts.commands.confirmRefund({ paymentId, n, actor });
  const { locale } = ctx.visit.place;
  const menu = [openButton(locale, 'button.menu', 'nav:menu')];
  await show(ctx, { text: endText(ctx, confirmed), rows: [menu] });
}

function endText(ctx: BotContext, confirmed: OpenedRefund | undefined): string {
  const locale = localeOf(ctx);
  if (confirmed === undefined) return say(locale, 'refund.refused.over');
  if (confirmed.kind === 'planned') {
    return say(locale, confirmed.approvals > 0 ? 'refund.accepted' : 'refund.begun');
  }
  const isDone = confirmed.kind === 'over' && confirmed.result.kind === 'done';
  return isDone ? say(locale, 'refund.begun') : refusalText(ctx, confirmed);
}
