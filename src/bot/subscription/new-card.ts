import { canPay } from '../../domain/billing/plan-payers';
import type { TariffCard } from '../../reads/billing';
import { offerQuote } from '../billing/offers';
import { tell, type BotContext } from '../context';
import { providersFor, type BotParts } from '../parts';
import type { Own } from './own';

const CURRENCY = 'RUB';

/**
 * The plan as it is sold now, where paying the next period early can leave a card that renews it from then on; undefined
 * where it is not on sale, does not renew by a card, or no provider keeps cards.
 */
export async function renewableByNewCard(
  ctx: BotContext,
  parts: BotParts,
  { plan }: Own,
): Promise<TariffCard | undefined> {
  const canSave = providersFor(parts, CURRENCY).some((provider) => provider.canSave);
  const isCovered = plan.state === 'active' || plan.state === 'cancelling';
  if (!canSave || !isCovered || plan.isConfirming) return undefined;
  const card = await parts.reads.tariff(plan.tariffId, ctx.visit.asOf);
  const isSold = card?.kind === 'subscription' || card?.kind === 'mixed';
  return isSold && canPay({ driver: 'saved_method', paidIn: CURRENCY }, card) ? card : undefined;
}

/** The order of the next period; its confirmation asks for the consent and keeps the card. */
export async function payByNewCard(ctx: BotContext, parts: BotParts, own: Own): Promise<void> {
  const card = await renewableByNewCard(ctx, parts, own);
  if (!card) {
    await tell(ctx, { key: 'sub.how.no_way' });
    return;
  }
  const { tariffVersionId } = card;
  await offerQuote(ctx, parts, {
    ...{ tariffVersionId, currency: CURRENCY, purpose: 'purchase', headline: 'sub.how.early' },
  });
}
