import { z } from 'zod';
import { amountMinorOf, type ActionParams } from '../../../src/domain/billing/operations';
import { tokenAccount } from '../accounts';
import { defineOperation } from './definition';
import { personExists, USER_ID } from './people';
import { AMOUNT_UTOK, changeWallet } from './wallet-change';

/** Takes tokens that are free to be spent, never more than there are. Always needs others (LG-12). */
export const takeTokens = defineOperation<ActionParams['take_tokens']>({
  roles: ['support', 'finance', 'admin'],
  params: z.strictObject({ userId: USER_ID, amountUtok: AMOUNT_UTOK }),
  approval: ({ amountUtok }) => ({ amountMinor: amountMinorOf(amountUtok) }),
  run: async (tx, task) => {
    const { userId, amountUtok } = task.params;
    if (!(await personExists(tx, userId))) return { kind: 'refused', reason: 'unknown_user' };
    return changeWallet(tx, task, {
      step: 'take',
      kind: 'adjustment',
      userId,
      changeUtok: -amountUtok,
      against: tokenAccount('issuance'),
      audit: 'tokens.taken',
    });
  },
});
