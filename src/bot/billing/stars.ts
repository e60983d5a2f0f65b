import { Composer } from 'grammy';
import type { PreCheckoutQuery, RefundedPayment, SuccessfulPayment } from 'grammy/types';
import type { FactState, WireFact } from '../../domain/billing/payment';
import { exponentOf, money, type Money } from '../../domain/money';
import { localeOf, type BotContext } from '../context';
import { loggable } from '../faults';
import { UndeliveredFactError } from '../incidents';
import type { BotParts } from '../parts';
import type { TextKey } from '../../texts';
import { sayPlainly } from '../wording';

/** Telegram waits ten seconds for a pre-checkout answer; ours leaves within three (PC-14). */
const DECIDE_WITHIN_MS = 2_500;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Payments in Stars, which Telegram reports to the bot itself. Nothing is credited here: a hint is passed on. This
 * stands before everything else, so that money needs neither the database nor a polite rate of messages.
 */
export function starsReports(parts: BotParts): Composer<BotContext> {
  const composer = new Composer<BotContext>();
  composer.on('message:successful_payment', async (ctx) => {
    const { successful_payment: payment, date } = ctx.message;
    await hint(parts, toFact({ payment, state: 'paid', payer: payerOf(ctx), date }));
  });
  composer.on('message:refunded_payment', async (ctx) => {
    const { refunded_payment: payment, date } = ctx.message;
    await hint(parts, toFact({ payment, state: 'refunded', payer: payerOf(ctx), date }));
  });
  return composer;
}

/** The last word before Telegram takes the Stars. */
export function starsDecisions(parts: BotParts): Composer<BotContext> {
  const composer = new Composer<BotContext>();
  composer.on('pre_checkout_query', (ctx) => decide(ctx, parts, ctx.preCheckoutQuery));
  return composer;
}

async function decide(ctx: BotContext, parts: BotParts, query: PreCheckoutQuery): Promise<void> {
  const refusal = await refusalOf(ctx, parts, query);
  if (refusal === undefined) await ctx.answerPreCheckoutQuery(true);
  else await ctx.answerPreCheckoutQuery(false, sayPlainly(localeOf(ctx), refusal));
}

async function refusalOf(
  ctx: BotContext,
  parts: BotParts,
  query: PreCheckoutQuery,
): Promise<TextKey | undefined> {
  if (ctx.visit.arrival.isBlocked) return 'err.blocked';
  const amount = knownMoney(query.total_amount, query.currency);
  if (!amount) return 'stars.refused.other_amount';
  const { userId, asOf } = ctx.visit;
  const order = { invoiceId: query.invoice_payload, provider: 'stars', userId, amount, asOf };
  const question = parts.reads.preCheckout(order);
  const decision = await inTime(parts, question);
  if (decision === undefined) return 'stars.refused.unavailable';
  return decision.kind === 'ok' ? undefined : `stars.refused.${decision.reason}`;
}

/** Undefined when the answer fails or is late: refusing is safe, the person can press again. */
async function inTime<T>(parts: BotParts, question: Promise<T>): Promise<T | undefined> {
  let alarm: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    alarm = setTimeout(() => resolve(undefined), DECIDE_WITHIN_MS);
  });
  const answered = question.catch((error: unknown) => {
    parts.log.error({ err: loggable(error) }, 'a pre-checkout could not be decided');
    return undefined;
  });
  try {
    return await Promise.race([answered, late]);
  } finally {
    clearTimeout(alarm);
  }
}

/** Private chats have their person's id, whoever Telegram names as the sender of a service message. */
function payerOf(ctx: BotContext): number | undefined {
  if (ctx.chat?.type === 'private') return ctx.chat.id;
  return ctx.from?.is_bot ? undefined : ctx.from?.id;
}

interface Report {
  readonly payment: SuccessfulPayment | RefundedPayment;
  readonly state: FactState;
  readonly payer: number | undefined;
  readonly date: number;
}

function toFact({ payment, state, payer, date }: Report): WireFact {
  const payload = payment.invoice_payload;
  return {
    providerPaymentId: payment.telegram_payment_charge_id,
    state,
    amount: knownMoney(payment.total_amount, payment.currency),
    invoiceId: UUID.test(payload) ? payload.toLowerCase() : undefined,
    userId: payer,
    paidAt: state === 'paid' ? new Date(date * 1000).toISOString() : undefined,
    ...('is_first_recurring' in payment ? { isFirstRecurring: true } : {}),
  };
}

/** Undefined for a currency the product does not know: money told without an amount is looked at by a human. */
function knownMoney(minor: number, currency: string): Money | undefined {
  return exponentOf(currency) === undefined ? undefined : money(minor, currency);
}

/** Money that is not safely with a workflow keeps its update unhandled: Telegram reports it again until it is. */
async function hint(parts: BotParts, fact: WireFact): Promise<void> {
  try {
    await parts.commands.hintPayment({
      provider: 'stars',
      providerPaymentId: fact.providerPaymentId,
      hint: { source: 'telegram', fact },
    });
  } catch (error) {
    throw new UndeliveredFactError(
      `Stars payment ${fact.providerPaymentId} did not reach its workflow; the update is kept`,
      { cause: error },
    );
  }
}
