import type { Clock, HttpCommands, HttpReads } from './ports';

export interface PollHintParts {
  readonly commands: HttpCommands;
  readonly reads: HttpReads;
  readonly clock: Clock;
}

/** Makes the checkout of an open order ask its provider soon, at most once a minute per invoice. */
export interface PollHint {
  byId(invoiceId: string): Promise<void>;
  byNo(invoiceNo: number): Promise<void>;
}

const PAUSE_MS = 60_000;

/** A stranger can name invoices at will, so the brake is ours: the provider is not asked more often for noise. */
export function createPollHint({ commands, reads, clock }: PollHintParts): PollHint {
  const advancedAtMs = new Map<string, number>();
  const isTooSoon = (invoiceId: string): boolean => {
    const now = clock.nowMs();
    for (const [id, at] of advancedAtMs) if (now - at >= PAUSE_MS) advancedAtMs.delete(id);
    if (advancedAtMs.has(invoiceId)) return true;
    advancedAtMs.set(invoiceId, now);
    return false;
  };
  const byId = async (invoiceId: string): Promise<void> => {
    const invoice = await reads.invoice(invoiceId);
    if (invoice?.state !== 'pending' || isTooSoon(invoice.invoiceId)) return;
    await commands.advancePoll(invoice.invoiceId);
  };
  return {
    byId,
    byNo: async (invoiceNo) => {
      const invoiceId = await reads.invoiceIdByNo(invoiceNo);
      if (invoiceId !== undefined) await byId(invoiceId);
    },
  };
}
