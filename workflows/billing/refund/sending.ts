import { refundAtProvider } from '../activities';

/** What a provider is asked to send back. */
export type RefundRequest = Parameters<typeof refundAtProvider>[0]['request'];

export type SendingEnd =
  | { readonly kind: 'done'; readonly providerRef: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** How a refund waits for the next question, or learns its end elsewhere; `questions` counts from zero. */
export type WaitForProof = (unclear: {
  reason: string;
  questions: number;
}) => Promise<SendingEnd | undefined>;

/**
 * Sends money back and asks for as long as the outcome is unknown, always under one key: there is no deadline after
 * which "unknown" could be taken for "no" (RF-2, PC-11).
 */
export async function sendUntilProved(
  sending: { provider: string; request: RefundRequest },
  wait: WaitForProof,
): Promise<SendingEnd> {
  const { provider } = sending;
  let { request } = sending;
  let isRepeat = false;
  for (let questions = 0; ; questions += 1) {
    const sent = await refundAtProvider({ provider, request, isRepeat });
    if (sent.kind !== 'unknown') return sent;
    isRepeat ||= sent.isUnsent !== true;
    if (sent.providerRef !== undefined) request = { ...request, providerRef: sent.providerRef };
    const end = await wait({ reason: sent.reason, questions });
    if (end) return end;
  }
}
