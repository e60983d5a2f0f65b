import type { OpenedRefund, RefundInput } from '../../src/commands/refunds-contract';
import type { RefundCard } from '../../workflows/billing/refund/contract';
import type { refund } from '../../workflows/billing/refund/refund';
import { tokenAccount, wallet } from '../../activities/billing/accounts';
import { postTransfer } from '../../activities/billing/ledger';
import { asOfOf } from './shop';
import { until, type Stack } from './stack';

const REASON = 'changed my mind about it';

/** Our id of a payment by the provider's. */
export async function paymentIdOf(stack: Stack, providerPaymentId: string): Promise<string> {
  const [row] = await stack.sql`
    select id from payments where provider_payment_id = ${providerPaymentId}`;
  return String(row?.['id']);
}

export type Ask = Partial<RefundInput> & { readonly n?: string };

/** Asks for a refund as an operator does. */
export async function askRefund(
  stack: Stack,
  providerPaymentId: string,
  ask: Ask = {},
): Promise<OpenedRefund> {
  const { n = '1', ...input } = ask;
  return stack.commands.openRefund({
    n,
    input: {
      paymentId: await paymentIdOf(stack, providerPaymentId),
      origin: 'operator',
      requestedBy: { kind: 'operator', id: 'anna' },
      reason: REASON,
      ...input,
    },
  });
}

/** Asks for a refund and waits until it is done. */
export async function refundWholly(
  stack: Stack,
  providerPaymentId: string,
  ask: Ask = {},
): Promise<string> {
  const opened = await askRefund(stack, providerPaymentId, ask);
  if (opened.kind !== 'planned') throw new Error(`no refund: ${JSON.stringify(opened)}`);
  await refundHandle(stack, opened.workflowId).result();
  return opened.workflowId;
}

export function refundHandle(stack: Stack, workflowId: string) {
  return stack.client.workflow.getHandle<typeof refund>(workflowId);
}

/** Waits until a refund is in a phase. */
export async function untilPhase(
  stack: Stack,
  workflowId: string,
  phase: RefundCard['phase'],
): Promise<RefundCard> {
  return until(`${workflowId} is ${phase}`, async () => {
    const card = await stack.commands.refundCard(workflowId);
    return card?.phase === phase ? card : undefined;
  });
}

let spends = 0;

/** Work that cost so many tokens. */
export async function spendTokens(stack: Stack, userId: number, count: number): Promise<void> {
  spends += 1;
  const { asOf } = await asOfOf(stack, userId);
  const amountUtok = count * 1_000_000;
  await stack.database.db.transaction((tx) =>
    postTransfer(tx, {
      key: `spend:test:${userId}:${spends}`,
      kind: 'spend',
      legs: [
        { account: wallet(userId), amount: -amountUtok },
        { account: tokenAccount('spend'), amount: amountUtok },
      ],
      userId,
      asOf,
    }),
  );
}

/** States of the refunds of a payment, oldest first. */
export async function refundStates(stack: Stack, providerPaymentId: string): Promise<string[]> {
  const rows = await stack.sql`
    select r.state from refunds r join payments p on p.id = r.payment_id
    where p.provider_payment_id = ${providerPaymentId} order by r.id`;
  return rows.map((row) => String(row['state']));
}
