import { v7 } from 'uuid';
import { checkoutId } from '../../../workflows/billing/contract';
import type { Client } from '@temporalio/client';
import type { ProcessStack } from '../../support/process-stack';
import { until } from '../../support/until';
import { post, wireChat, type ChatOrder } from '../../support/wire-chat';

const PATIENCE_MS = 90_000;

/** What people and services do at a shop that is being upgraded, all of it over the wire. */
export interface RehearsedShop {
  /** Orders a top-up of 200 roubles in the chat. */
  order(name: string): Promise<ChatOrder>;
  /** Pays it at the bank and waits for the credit and the receipt. */
  pay(order: ChatOrder): Promise<void>;
  /** Spends one token over the API and answers what is left. */
  spend(order: ChatOrder): Promise<number>;
  /** Which build of the workers ended the checkout; undefined when builds are not told apart. */
  endedBy(order: ChatOrder): Promise<string | undefined>;
}

export function rehearsedShop(
  stack: ProcessStack,
  { client, key }: { readonly client: Client; readonly key: string },
): RehearsedShop {
  const chat = wireChat(stack);
  const isReceipt = (text: string) => text.startsWith('Payment of ₽200 received');
  return {
    order: (name) => chat.orderTopup(name),
    pay: async ({ no, invoiceId, personId }) => {
      await post(`${stack.mockUrl}/control/pay`, { invoiceNo: no });
      const isPaid = async () => {
        const [row] = await stack.sql`select state from invoices where id = ${invoiceId}`;
        return row?.['state'] === 'paid';
      };
      await until(`invoice ${invoiceId} is paid`, isPaid, PATIENCE_MS);
      const isTold = async () => (await chat.texts(personId)).some(isReceipt);
      await until('the receipt is in the chat', isTold, PATIENCE_MS);
    },
    spend: async ({ personId }) => {
      const response = await fetch(`${stack.httpUrl}/api/v1/users/${personId}/spend`, {
        method: 'POST',
        headers: {
          ...{ authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          'idempotency-key': v7(),
        },
        body: JSON.stringify({ amount: '1', description: 'a rehearsal' }),
      });
      const said = await response.text();
      if (response.status !== 200)
        throw new Error(`the spend was answered ${response.status}: ${said}`);
      return Number((JSON.parse(said) as { balance_after: string }).balance_after);
    },
    endedBy: async ({ invoiceId }) => {
      const handle = client.workflow.getHandle(checkoutId(invoiceId));
      await handle.result();
      const { raw } = await handle.describe();
      return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId ?? undefined;
    },
  };
}
