import { and, desc, eq, sql } from 'drizzle-orm';
import type { Transaction } from '../drizzle/client';
import { invoices, outboxMessages, shownCards, users } from '../drizzle/schema';
import type { EditOutcome, SendOutcome, ShownCard } from '../src/domain/messages';
import { traceParent } from '../src/tracing/spans';

/** Marks the rows of the outbox that change a message instead of sending one. */
export const CARD = 'inv.card';

/** Cards of one order that follow it, the newest: each takes a place in the chat's row of messages. */
const CARDS_AT_MOST = 3;

/** A card that could not be changed for so long is not worth it any more. */
const USEFUL_HOURS = 48;

/**
 * Promises that the messages showing an order will show it as it stands after this transaction. Written after the
 * words to the person, so that a receipt goes first; nobody's night is disturbed by it. Once per order and reason.
 */
export async function promiseCards(
  tx: Transaction,
  { invoiceId, because }: { readonly invoiceId: string; readonly because: string },
): Promise<void> {
  const cards = await tx
    .select({ card: shownCards, userId: users.id, locale: users.locale })
    .from(shownCards)
    .innerJoin(invoices, eq(invoices.id, shownCards.invoiceId))
    .innerJoin(users, eq(users.id, invoices.userId))
    .where(eq(shownCards.invoiceId, invoiceId))
    .orderBy(desc(shownCards.shownAt))
    .limit(CARDS_AT_MOST);
  for (const { card, userId, locale } of cards) {
    const { chatId, messageId } = card;
    await tx
      .insert(outboxMessages)
      .values({
        key: `card:${invoiceId}:${because}:${messageId}`,
        ...{ userId, chatId, locale },
        template: CARD,
        params: { invoiceId, messageId },
        category: 'service',
        dropAfter: sql`now() + ${USEFUL_HOURS} * interval '1 hour'`,
        traceParent: traceParent() ?? null,
      })
      .onConflictDoNothing({ target: outboxMessages.key });
  }
}

/** The card a row is about; undefined when its message shows something else by now. */
export async function standingCard(
  tx: Transaction,
  { chatId, params }: Pick<typeof outboxMessages.$inferSelect, 'chatId' | 'params'>,
): Promise<Pick<ShownCard, 'messageId' | 'invoiceId'> | undefined> {
  const { invoiceId, messageId } = params;
  if (typeof invoiceId !== 'string' || typeof messageId !== 'number') return undefined;
  const [card] = await tx
    .select({ messageId: shownCards.messageId, invoiceId: shownCards.invoiceId })
    .from(shownCards)
    .where(
      and(
        eq(shownCards.chatId, chatId),
        eq(shownCards.messageId, messageId),
        eq(shownCards.invoiceId, invoiceId),
      ),
    );
  return card;
}

/** What became of a card; one that Telegram did not answer for is changed later. */
export type HandedCard =
  | Exclude<SendOutcome, { readonly kind: 'unavailable' }>
  | Extract<EditOutcome, { readonly kind: 'gone' }>
  | { readonly kind: 'later' };

/**
 * A change as an outcome of the outbox. A card is a comfort: what follows in the chat does not wait for one that Telegram
 * did not answer for. Yet nobody else would change it, and it would ask for money that has come: it has a later turn.
 */
export function outcomeOfEdit(card: ShownCard, outcome: EditOutcome): HandedCard {
  switch (outcome.kind) {
    case 'edited':
      return { kind: 'sent', telegramMessageId: card.messageId };
    case 'unavailable':
      return { kind: 'later' };
    case 'gone':
    case 'rate_limited':
    case 'rejected':
    case 'unreachable':
      return outcome;
  }
}
