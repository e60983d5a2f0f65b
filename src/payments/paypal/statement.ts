import { z } from 'zod';
import type { AskOutcome, PaymentFact, PaymentState, StatementRange } from '../provider';
import { unclear } from './calls';
import type { PaypalCall } from './calls';
import { amountOf, referencesIn } from './facts';

const infoSchema = z.object({
  transaction_id: z.string().min(1),
  transaction_event_code: z.string().optional(),
  transaction_status: z.string().optional(),
  transaction_initiation_date: z.string(),
  transaction_amount: z.object({ currency_code: z.string(), value: z.string() }).optional(),
  invoice_id: z.string().optional(),
  custom_field: z.string().optional(),
});
const pageSchema = z.object({
  transaction_details: z.array(z.object({ transaction_info: infoSchema })).optional(),
  total_pages: z.number().int().min(0).max(10_000).optional(),
});

type Info = z.infer<typeof infoSchema>;
type Listed =
  | { readonly kind: 'listed'; readonly infos: readonly Info[] }
  | { readonly kind: 'unknown'; readonly reason: string };

const DAY_MS = 86_400_000;
/** One question covers 31 days at most, and nothing older than three years is told. */
const WINDOW_MS = 31 * DAY_MS;
const OLDEST_MS = 3 * 365 * DAY_MS;

/** Payments that came in on these days, from the transaction search, which has to be enabled for the app. */
export async function statementOf(
  call: PaypalCall,
  { from, to }: StatementRange,
  nowMs: number,
): Promise<AskOutcome> {
  const firstMs = Math.max(Date.parse(from), nowMs - OLDEST_MS);
  const endMs = Math.min(Date.parse(to), nowMs + DAY_MS);
  const facts: PaymentFact[] = [];
  for (let startMs = firstMs; startMs < endMs; startMs += WINDOW_MS) {
    const window = { startMs, endMs: Math.min(startMs + WINDOW_MS, endMs) };
    const listed = await readWindow(call, window);
    if (listed.kind === 'unknown') return listed;
    facts.push(...listed.infos.flatMap((info) => factOf(info, window)));
  }
  return { kind: 'facts', facts };
}

interface Window {
  readonly startMs: number;
  readonly endMs: number;
}

async function readWindow(call: PaypalCall, { startMs, endMs }: Window): Promise<Listed> {
  const infos: Info[] = [];
  for (let page = 1, pages = 1; page <= pages; page += 1) {
    const query = new URLSearchParams({
      start_date: secondsText(startMs),
      end_date: secondsText(endMs),
      fields: 'transaction_info',
      page_size: '500',
      page: String(page),
    });
    const answer = await call({ path: `/v1/reporting/transactions?${query.toString()}` });
    if (answer.kind === 'locked_out') {
      return unclear({ reason: 'the PayPal app may not search transactions' });
    }
    if (answer.kind !== 'answer') return unclear(answer);
    const read = pageSchema.safeParse(answer.body);
    if (!read.success) return unclear({ reason: 'PayPal’s list of transactions cannot be read' });
    infos.push(...(read.data.transaction_details ?? []).map((each) => each.transaction_info));
    pages = read.data.total_pages ?? 1;
  }
  return { kind: 'listed', infos };
}

const STATES: Readonly<Record<string, PaymentState>> = {
  S: 'paid',
  P: 'pending',
  D: 'failed',
  V: 'refunded',
};

/** Money that came in for goods (`T00…`); fees, refunds and withdrawals are other kinds. */
function factOf(info: Info, { startMs, endMs }: Window): PaymentFact[] {
  const { transaction_id: id, transaction_amount: told, custom_field, invoice_id } = info;
  const atMs = Date.parse(info.transaction_initiation_date);
  const state = STATES[info.transaction_status ?? ''];
  const isIncoming = /^T00/.test(info.transaction_event_code ?? '') && told?.value[0] !== '-';
  // Both ends of PayPal's window belong to it; ours ends before its end.
  if (!state || !isIncoming || !(atMs >= startMs && atMs < endMs)) return [];
  return [
    {
      providerPaymentId: id,
      state,
      amount: told && amountOf(told),
      ...referencesIn({ custom_id: custom_field, invoice_id }),
      paidAt: new Date(atMs).toISOString(),
    },
  ];
}

function secondsText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
