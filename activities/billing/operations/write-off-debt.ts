import { z } from 'zod';
import { amountMinorOf, type ActionParams } from '../../../src/domain/billing/operations';
import { tokenAccount } from '../accounts';
import { lockWallet } from '../ledger';
import { defineOperation } from './definition';
import { personExists, USER_ID } from './people';
import { AMOUNT_UTOK, changeWallet } from './wallet-change';

/** Forgives a debt, or a part of it, at our cost. Always needs others (OPS-12). */
export const writeOffDebt = defineOperation<ActionParams['write_off_debt']>({
  roles: ['finance', 'admin'],
  params: z.strictObject({ userId: USER_ID, amountUtok: AMOUNT_UTOK }),
  approval: ({ amountUtok }) => ({ amountMinor: amountMinorOf(amountUtok) }),
  run: async (tx, task) => {
    const { userId, amountUtok } = task.params;
    if (!(await personExists(tx, userId))) return { kind: 'refused', reason: 'unknown_user' };
    const { balance, held } = await lockWallet(tx, userId);
    const debtUtok = Math.max(0, held - balance);
    if (debtUtok < amountUtok) {
      const detail = `the debt is ${debtUtok} micro-tokens`;
      return { kind: 'refused', reason: 'no_such_debt', detail };
    }
    return changeWallet(tx, task, {
      step: 'writeoff',
      kind: 'writeoff',
      userId,
      changeUtok: amountUtok,
      against: tokenAccount('writeoff'),
      lot: { origin: 'adjustment' },
      audit: 'debt.written_off',
    });
  },
});
