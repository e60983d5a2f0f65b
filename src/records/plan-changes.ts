import type { Database } from '../../drizzle/client';
import { runningPlan } from '../../drizzle/running-plan';
import type { tariffVersions } from '../../drizzle/schema';
import { judgeChange } from '../domain/billing/plan-change';
import type { PlanChange } from '../domain/billing/pricing';
import type { PromoEffect } from '../domain/billing/promo';
import type { QuoteOutcome, QuoteRequest } from './contract';

type FoundChange =
  | { readonly kind: 'found'; readonly change: PlanChange | undefined }
  | Extract<QuoteOutcome, { kind: 'refused' }>;

/** The plan somebody wishes to change into, and the code they wish to use with it. */
interface Wished {
  readonly version: typeof tariffVersions.$inferSelect;
  readonly productCode: string;
  readonly priceMinor: number | null;
  readonly promo: PromoEffect | undefined;
}

/** What an upgrade costs now, from the plan that runs; other purposes change no plan. */
export async function findChange(
  db: Database,
  request: QuoteRequest,
  wished: Wished,
): Promise<FoundChange> {
  if (request.purpose !== 'upgrade') return { kind: 'found', change: undefined };
  const { productCode, version, priceMinor } = wished;
  const running = await runningPlan(db, { ...request, productCode });
  // Codes are about whole orders; the rest of a period is priced by what is left of it.
  if (!running || wished.promo) return { kind: 'refused', reason: 'change_impossible' };
  const plan = { ...version, tariffVersionId: version.id, priceMinor: priceMinor ?? undefined };
  const judged = judgeChange(running, plan, request.asOf.getTime());
  switch (judged.kind) {
    case 'upgrade':
      return { kind: 'found', change: judged.change };
    case 'at_end':
      return { kind: 'refused', reason: 'change_at_end', subscriptionId: running.subscriptionId };
    case 'impossible':
      return { kind: 'refused', reason: 'change_impossible' };
  }
}
