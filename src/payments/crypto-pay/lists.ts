import { z } from 'zod';
import type { CryptoPayCall } from './calls';
import { invoiceSchema } from './invoices';
import type { CryptoPayInvoice } from './invoices';

/** Invoices of one list, all of them, or why they are not known: half a list proves nothing. */
export type ListedInvoices =
  | { readonly kind: 'invoices'; readonly invoices: readonly CryptoPayInvoice[] }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface InvoiceQuery {
  readonly status: 'active' | 'paid' | undefined;
  readonly maxPages: number;
  /** Invoices made before this instant (in milliseconds) need not be read. */
  readonly madeSinceMs?: number;
}

const PAGE = 1000;
const pageSchema = z.object({ items: z.array(invoiceSchema) });

/** Reads invoices page by page. */
export async function readInvoices(
  call: CryptoPayCall,
  { status, maxPages, madeSinceMs = -Infinity }: InvoiceQuery,
): Promise<ListedInvoices> {
  const invoices: CryptoPayInvoice[] = [];
  for (let page = 0; page < maxPages; page += 1) {
    const query = { ...(status ? { status } : {}), offset: page * PAGE, count: PAGE };
    const answer = await call('getInvoices', query);
    if (answer.kind !== 'result') return { kind: 'unknown', reason: answer.reason };
    const { data } = pageSchema.safeParse(answer.result);
    if (!data) return { kind: 'unknown', reason: 'the list of invoices is unreadable' };
    invoices.push(...data.items);
    if (data.items.length < PAGE || isOlder(invoices, madeSinceMs)) {
      return { kind: 'invoices', invoices };
    }
  }
  return { kind: 'unknown', reason: `there are more than ${maxPages} pages of invoices` };
}

/** One invoice by its number; undefined when Crypto Pay has none. */
export async function readInvoice(call: CryptoPayCall, invoiceId: string): Promise<ListedInvoices> {
  const answer = await call('getInvoices', { invoice_ids: invoiceId });
  if (answer.kind !== 'result') return { kind: 'unknown', reason: answer.reason };
  const { data } = pageSchema.safeParse(answer.result);
  if (!data) return { kind: 'unknown', reason: 'the list of invoices is unreadable' };
  const invoices = data.items.filter(({ invoice_id }) => String(invoice_id) === invoiceId);
  return { kind: 'invoices', invoices };
}

/** The list need not be in order of age; only where it is, its end may be left unread. */
function isOlder(invoices: readonly CryptoPayInvoice[], sinceMs: number): boolean {
  const isNewestFirst = invoices.every(
    ({ invoice_id }, at) => at === 0 || invoice_id < (invoices[at - 1]?.invoice_id ?? 0),
  );
  const oldest = invoices.at(-1)?.created_at;
  return isNewestFirst && oldest !== undefined && Date.parse(oldest) < sinceMs;
}
