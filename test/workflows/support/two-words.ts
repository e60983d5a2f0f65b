import { randomUUID } from 'node:crypto';
import type { WireFact } from '../../../src/domain/billing/payment';
import { paymentConfirmationId, paymentHintSignal } from '../../../workflows/billing/contract';
import { until } from '../../support/until';
import { fact } from './cast';
import type { Theatre } from './theatre';

const answers = (change: Partial<WireFact>) => ({
  learnPayment: ({ hint: told }: { hint: WireFact }) =>
    Promise.resolve({
      kind: 'fact' as const,
      fact: { ...told, ...change },
      evidence: 'asked' as const,
    }),
});

/** A payment whose first word is being written down when the second arrives; resolves when it is over. */
export async function twoWords(
  theatre: Theatre,
  [first, second]: readonly [Partial<WireFact>, Partial<WireFact>],
) {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const providerPaymentId = randomUUID().slice(0, 8);
  theatre.play({
    ...answers(first),
    recordFact: async ({ fact: told }) => {
      await opened;
      return { state: told.state, outcome: undefined };
    },
  });
  const hintOf = (change: Partial<WireFact>) =>
    ({ source: 'webhook', fact: fact(providerPaymentId, change) }) as const;
  const handle = await theatre.start('paymentConfirmation', {
    workflowId: paymentConfirmationId('mock', providerPaymentId),
    input: { provider: 'mock', providerPaymentId },
    signal: ['hint', hintOf(first)],
  });
  await until('it records', async () => theatre.calls('recordFact').length > 0);
  await handle.signal(paymentHintSignal, hintOf(second));
  theatre.recast(answers(second));
  open();
  await handle.result();
  return handle;
}
