import type { Middleware } from 'grammy';
import type { Update } from 'grammy/types';
import { continueTrace, isTracing } from '../tracing/spans';
import { pressOf, type BotContext } from './context';
import type { BotParts, HandledUpdate } from './parts';

/** Kinds of updates that a number or a span may name. */
const KINDS = [
  'message',
  'callback_query',
  'pre_checkout_query',
  'my_chat_member',
  'subscription',
] as const satisfies readonly (keyof Update)[];

/** Handlers that failed and were apologised for: to whoever stands around them they look well. */
const failed = new WeakSet<BotContext>();

export function markFailed(ctx: BotContext): void {
  failed.add(ctx);
}

export function hasFailed(ctx: BotContext): boolean {
  return failed.has(ctx);
}

/**
 * Stands around everything: counts an update with the time it took, and gives it a span. What Telegram reports of a
 * payment goes on in the trace in which its order was made.
 */
export function watchUpdates(parts: BotParts): Middleware<BotContext> {
  return async (ctx, next) => {
    const began = performance.now();
    const told: Omit<HandledUpdate, 'isFailed' | 'seconds'> = {
      kind: KINDS.find((kind) => kind in ctx.update) ?? 'other',
      ...lagOf(ctx.update, parts.clock()),
    };
    const tell = (isFailed: boolean) =>
      parts.onUpdate?.({ ...told, isFailed, seconds: (performance.now() - began) / 1_000 });
    try {
      await inTrace(parts, ctx, { kind: told.kind, work: next });
    } catch (error) {
      tell(true);
      throw error;
    }
    tell(hasFailed(ctx));
  };
}

/** How long a message was on its way; a pressed button does not say when it was pressed. */
function lagOf({ message }: Update, nowMs: number): { lagSeconds?: number } {
  return message === undefined ? {} : { lagSeconds: Math.max(0, nowMs / 1_000 - message.date) };
}

async function inTrace(
  { reads }: BotParts,
  ctx: BotContext,
  { kind, work }: { readonly kind: string; readonly work: () => Promise<void> },
): Promise<void> {
  if (!isTracing()) return work();
  const invoiceId = payloadOf(ctx.update);
  const from =
    invoiceId === undefined
      ? undefined
      : await reads.invoiceTrace({ invoiceId }).catch(() => undefined);
  const route = pressOf(ctx)?.route;
  const step = {
    name: `update ${kind}`,
    kind: 'consumer',
    facts: {
      'telegram.update_id': ctx.update.update_id,
      'telegram.update_kind': kind,
      ...(route === undefined ? {} : { 'billing.route': route }),
    },
  } as const;
  await continueTrace({ ...step, from, otherwise: 'begin' }, async (span) => {
    await work();
    if (hasFailed(ctx)) span.note({ 'billing.outcome': 'failed' });
  });
}

/** The order that a payment in Stars is about. */
function payloadOf({ message, pre_checkout_query: question }: Update): string | undefined {
  return question?.invoice_payload ?? message?.successful_payment?.invoice_payload;
}
