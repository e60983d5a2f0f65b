import type { OperationOutcome } from '../../commands/operations-contract';
import { assertNever } from '../../domain/assert';
import { localeOf, tell, type BotContext } from '../context';
import { TEXTS } from '../../texts';
import { say } from '../wording';

/** Tells an operator what became of an operation; true when it was done. */
export async function tellOutcome(ctx: BotContext, outcome: OperationOutcome): Promise<boolean> {
  switch (outcome.kind) {
    case 'done':
      await tell(ctx, { key: 'admin.outcome.done' });
      return true;
    case 'proposed':
      await tell(ctx, { key: 'admin.outcome.proposed', params: { quorum: outcome.quorum } });
      return false;
    case 'refused':
      await tell(ctx, {
        key: 'admin.outcome.refused',
        params: { reason: refusalOf(ctx, outcome) },
      });
      return false;
    default:
      return assertNever(outcome);
  }
}

function refusalOf(
  ctx: BotContext,
  { reason, detail }: { reason: string; detail?: string },
): string {
  const locale = localeOf(ctx);
  const key = `admin.refused.${reason}`;
  const words = key in TEXTS[locale] ? say(locale, key as 'admin.refused.no_role') : reason;
  return detail === undefined ? words : `${words} (${detail})`;
}
