import { sql, type SQL } from 'drizzle-orm';
import { shownCards } from '../../drizzle/schema';
import type { CardChange } from './contract';

/** One part of a statement for each message; of several changes of one message the last counts. */
export function cardQueries(changes: readonly CardChange[]): readonly SQL[] {
  const last = new Map(changes.map((change) => [`${change.chatId}:${change.messageId}`, change]));
  return [...last.values()].map(cardQuery);
}

function cardQuery({ chatId, messageId, invoiceId }: CardChange): SQL {
  if (invoiceId === undefined) {
    return sql`delete from ${shownCards} where chat_id = ${chatId} and message_id = ${messageId}`;
  }
  return sql`
    insert into ${shownCards} (chat_id, message_id, invoice_id)
    values (${chatId}, ${messageId}, ${invoiceId}::uuid)
    on conflict (chat_id, message_id) do update set
      invoice_id = excluded.invoice_id, shown_at = now()`;
}
