import { randomUUID } from 'node:crypto';
import type { WireFact } from '../../src/domain/billing/payment';
import { paymentConfirmationId, paymentHintSignal } from '../../workflows/billing/contract';
import { disputeWorkflowId } from '../../workflows/billing/dispute/contract';
import { until } from '../support/until';
import { fact } from './support/cast';
import { openTheatre, type Theatre } from './support/theatre';

// A word of the same rank may still say more: how a dispute ended, or that more was given back. The chaos matrix lost one
// that came while the first was being carried to the dispute.

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

const answers = (change: Partial<WireFact>) => ({
  learnPayment: ({ hint: told }: { hint: WireFact }) =>
    Promise.resolve({
      kind: 'fact' as const,
      fact: { ...told, ...change },
      evidence: 'asked' as const,
    }),
});

/** The first word is being written down when the second arrives. */
async function twoWords(first: Partial<WireFact>, second: Partial<WireFact>) {
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
  return handle.result();
}

test('a dispute that is lost while its beginning is being recorded is lost', async () => {
  const ref = randomUUID();
  const disputed = (stage: 'opened' | 'lost') =>
    ({ state: 'disputed', dispute: { ref, stage } }) as const;
  const result = await twoWords(disputed('opened'), disputed('lost'));
  expect(result).toEqual({ kind: 'reversed', state: 'disputed' });
  const dispute = theatre.client.workflow.getHandle(disputeWorkflowId('mock', ref));
  expect(await dispute.result()).toEqual({ kind: 'lost' });
});

test('what is given back while an earlier part is being recorded is recorded too', async () => {
  const back = (refundedMinor: number) => ({ state: 'partially_refunded', refundedMinor }) as const;
  await twoWords(back(1_000), back(3_000));
  const recorded = theatre.calls('recordFact') as unknown as readonly { fact: WireFact }[];
  expect(recorded.map(({ fact: told }) => told.refundedMinor)).toEqual([1_000, 3_000]);
});
