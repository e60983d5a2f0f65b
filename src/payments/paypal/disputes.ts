import { z } from 'zod';
import type { WireDispute } from '../../domain/billing/dispute';
import type { PaypalCall } from './calls';
import { unclear } from './calls';
import { amountOf } from './facts';

const moneySchema = z.object({ currency_code: z.string(), value: z.string() });
export const disputeSchema = z.object({
  dispute_id: z.string().min(1),
  status: z.string(),
  dispute_amount: moneySchema.optional(),
  seller_response_due_date: z.string().optional(),
  dispute_outcome: z.object({ outcome_code: z.string() }).optional(),
  disputed_transactions: z
    .array(z.object({ seller_transaction_id: z.string().optional() }))
    .optional(),
});
const listSchema = z.object({
  items: z
    .array(z.object({ dispute_id: z.string().min(1), create_time: z.string().optional() }))
    .optional(),
});

export type PaypalDispute = z.infer<typeof disputeSchema>;
export type FoundDispute =
  | { readonly kind: 'found'; readonly dispute: WireDispute | undefined }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Ends at which the money is the payer's; at every other end it is ours. */
const LOST: ReadonlySet<string> = new Set(['RESOLVED_BUYER_FAVOUR', 'ACCEPTED']);

/** The newest complaint about a capture. An app that may not read disputes knows of none. */
export async function disputeAbout(call: PaypalCall, captureId: string): Promise<FoundDispute> {
  const query = new URLSearchParams({ disputed_transaction_id: captureId }).toString();
  const listed = await call({ path: `/v1/customer/disputes?${query}` });
  if (listed.kind === 'locked_out' || isNone(listed)) return { kind: 'found', dispute: undefined };
  if (listed.kind !== 'answer') return unclear(listed);
  const list = listSchema.safeParse(listed.body);
  if (!list.success) return unclear({ reason: 'PayPal’s list of disputes cannot be read' });
  const [newest] = [...(list.data.items ?? [])].sort((a, b) =>
    (b.create_time ?? '').localeCompare(a.create_time ?? ''),
  );
  if (!newest) return { kind: 'found', dispute: undefined };
  const told = await call({
    path: `/v1/customer/disputes/${encodeURIComponent(newest.dispute_id)}`,
  });
  if (told.kind !== 'answer') return unclear(told);
  const dispute = disputeSchema.safeParse(told.body);
  return dispute.success
    ? { kind: 'found', dispute: disputeOf(dispute.data) }
    : unclear({ reason: 'PayPal’s dispute cannot be read' });
}

/** A complaint as our books know it. */
export function disputeOf(dispute: PaypalDispute): WireDispute {
  const { dispute_id: ref, status, dispute_amount: disputed, dispute_outcome: outcome } = dispute;
  const amountMinor = disputed && amountOf(disputed)?.minor;
  const { seller_response_due_date: dueAt } = dispute;
  return {
    ref,
    stage:
      status !== 'RESOLVED' ? 'opened' : LOST.has(outcome?.outcome_code ?? '') ? 'lost' : 'won',
    ...(amountMinor === undefined ? {} : { amountMinor }),
    ...(dueAt === undefined ? {} : { dueAt }),
  };
}

function isNone(answer: { readonly kind: string; readonly status?: number }): boolean {
  return answer.kind === 'refused' && answer.status === 404;
}
