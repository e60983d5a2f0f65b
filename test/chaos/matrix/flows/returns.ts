import { v7 } from 'uuid';
import { DAY } from '../../../support/payments';
import { askRefund } from '../../../support/refunds';
import type { Stack } from '../../../support/stack';
import { until } from '../../../support/until';
import type { Flow } from './act';
import { funded } from './purchases';

/** What is unspent of a top-up goes back to the card. */
export const refund: Flow = async (act) => {
  const { stack } = act;
  const { paymentId } = await funded(act, 300);
  act.begins();
  const opened = await askRefund(stack, paymentId);
  if (opened.kind !== 'planned') throw new Error(`no refund: ${opened.kind}`);
  await until('the refund is done', async () => {
    const [row] = await stack.sql`
      select r.state from refunds r join payments p on p.id = r.payment_id
      where p.provider_payment_id = ${paymentId}`;
    return row?.['state'] === 'done';
  });
};

/** A payer complains at the bank and wins. */
export const dispute: Flow = async (act) => {
  const { stack } = act;
  const { paymentId } = await funded(act, 300);
  act.begins();
  for (const stage of ['opened', 'lost'] as const) {
    await stack.mock.control.dispute(paymentId, { stage })?.tried;
    await until(`the dispute is ${stage}`, async () => {
      const [row] = await stack.sql`
        select d.state from disputes d join payments p on p.id = d.payment_id
        where p.provider_payment_id = ${paymentId}`;
      return row?.['state'] === stage;
    });
  }
};

/** Somebody with a plan and tokens wants to be forgotten, and is after the fortnight. */
export const erasure: Flow = async (act) => {
  const { stack } = act;
  const { userId } = await funded(act, 300);
  act.begins();
  const wish = { erasureId: v7(), userId, n: 1, clockOffsetMs: 0 };
  await stack.commands.requestErasure(wish);
  await untilErasure(stack, userId, 'waiting');
  await until('the copy of the data is promised', async () => {
    const [row] = await stack.sql`
      select 1 from outbox_messages where user_id = ${userId} and template = 'export.ready'`;
    return row !== undefined;
  });
  await stack.advance(userId, 15 * DAY);
  await untilErasure(stack, userId, 'done');
};

async function untilErasure(stack: Stack, userId: number, state: string): Promise<void> {
  await until(`the erasure is ${state}`, async () => {
    const [row] = await stack.sql`select state from erasures where user_id = ${userId}`;
    return row?.['state'] === state;
  });
}
