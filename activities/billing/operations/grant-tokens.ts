import { z } from 'zod';
import { amountMinorOf, type ActionParams } from '../../../src/domain/billing/operations';
import { tokenAccount } from '../accounts';
import { defineOperation } from './definition';
import { clockOffsetOf, USER_ID } from './people';
import { AMOUNT_UTOK, changeWallet } from './wallet-change';

/** Gives tokens as a lot of their own. Always needs others (LG-12). */
export const grantTokens = defineOperation<ActionParams['grant_tokens']>({
  roles: ['support', 'finance', 'admin'],
  params: z.strictObject({
    userId: USER_ID,
    amountUtok: AMOUNT_UTOK,
    origin: z.enum(['grant', 'adjustment']),
    expiresAt: z.iso.datetime().optional(),
  }),
  approval: ({ amountUtok }) => ({ amountMinor: amountMinorOf(amountUtok) }),
  run: async (tx, task) => {
    const { userId, amountUtok, origin } = task.params;
    const expiresAt = expiryOf(task.params);
    const clockOffsetMs = await clockOffsetOf(tx, userId);
    if (clockOffsetMs === undefined) return { kind: 'refused', reason: 'unknown_user' };
    if (expiresAt && expiresAt <= task.asOf) return { kind: 'refused', reason: 'expired_already' };
    const changed = await changeWallet(tx, task, {
      step: 'grant',
      kind: 'adjustment',
      userId,
      changeUtok: amountUtok,
      against: tokenAccount('issuance'),
      lot: { origin, ...(expiresAt ? { expiresAt } : {}) },
      audit: 'tokens.granted',
    });
    if (changed.kind === 'refused' || !expiresAt) return changed;
    return { ...changed, effects: [{ kind: 'watchLots', userId, clockOffsetMs }] };
  },
});

function expiryOf({ expiresAt }: ActionParams['grant_tokens']): Date | undefined {
  return expiresAt === undefined ? undefined : new Date(expiresAt);
}
