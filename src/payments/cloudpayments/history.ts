import { z } from 'zod';
import type { Api, Reply } from './api';
import { isRefundOf, operationSchema, type Operation } from './transactions';

/** What the gateway knows; a `string` says why nothing may be concluded. */
export type Known<T> = T | { readonly unclear: string };

export interface History {
  /** One operation by its own id. */
  operation(transactionId: number | string): Promise<Known<Operation | undefined>>;
  /** The latest operation of an order: it hides the earlier ones. */
  latest(invoiceNo: number | string): Promise<Known<Operation | undefined>>;
  /** Everything registered between two instants, both included, oldest first. */
  between(from: string, to: string): Promise<Known<readonly Operation[]>>;
  /** All that went back of a payment. */
  refundsOf(payment: Operation): Promise<Known<readonly Operation[]>>;
}

const PAGE = 100;
/** Later than anything that is registered. */
const ALWAYS = '2999-12-31T00:00:00Z';

export function isUnclear<T>(known: Known<T>): known is { readonly unclear: string } {
  return typeof known === 'object' && known !== null && 'unclear' in known;
}

/** Reads the operations of a terminal. */
export function historyOf(api: Api, maxPages: number): History {
  const latest = async (invoiceNo: number | string) =>
    oneOf(await api({ path: '/v2/payments/find', fields: { InvoiceId: String(invoiceNo) } }));
  const between = (from: string, to: string) => readPages(api, { from, to, maxPages });
  return {
    operation: async (transactionId) => {
      const fields = { TransactionId: Number(transactionId) };
      return oneOf(await api({ path: '/payments/get', fields }));
    },
    latest,
    between,
    refundsOf: async (payment) => {
      const last = payment.InvoiceId ? await latest(payment.InvoiceId) : undefined;
      if (isUnclear(last)) return last;
      const isLast = last !== undefined && isRefundOf(last, payment);
      if (isLast && last.Amount === payment.Amount) return [last];
      if (!isLast && !payment.Refunded) return [];
      const since = await between(`${payment.CreatedDateIso}Z`, ALWAYS);
      return isUnclear(since) ? since : since.filter((each) => isRefundOf(each, payment));
    },
  };
}

/** "Success" is no word about the money: a declined payment is found without it. */
function oneOf(reply: Reply): Known<Operation | undefined> {
  if (reply.kind !== 'reply') return { unclear: reply.reason };
  if (reply.model === undefined) {
    return reply.message === 'Not found' || reply.isSuccess
      ? undefined
      : { unclear: 'the gateway did not look it up' };
  }
  const parsed = operationSchema.safeParse(reply.model);
  return parsed.success ? parsed.data : { unclear: 'the operation is unreadable' };
}

async function readPages(
  api: Api,
  { from, to, maxPages }: { readonly from: string; readonly to: string; readonly maxPages: number },
): Promise<Known<readonly Operation[]>> {
  const all: Operation[] = [];
  for (let page = 1; page <= maxPages; page += 1) {
    const fields = { CreatedDateGte: from, CreatedDateLte: to, PageNumber: page, TimeZone: 'UTC' };
    const reply = await api({ path: '/v2/payments/list', fields });
    if (reply.kind !== 'reply') return { unclear: reply.reason };
    const operations = z.array(operationSchema).safeParse(reply.model ?? []);
    if (!reply.isSuccess || !operations.success) {
      return { unclear: 'the list of operations is unreadable' };
    }
    all.push(...operations.data);
    if (operations.data.length < PAGE) return all;
  }
  return { unclear: `more than ${maxPages} pages of operations` };
}
