import { randomUUID } from 'node:crypto';
import type { WireFact } from '../../src/domain/billing/payment';
import { disputeWorkflowId } from '../../workflows/billing/dispute/contract';
import { openTheatre, type Theatre } from './support/theatre';
import { twoWords } from './support/two-words';

// A word of the same rank may still say more: how a dispute ended, or that more was given back. The chaos matrix lost one
// that came while the first was being carried to the dispute.

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

test('a dispute that is lost while its beginning is being recorded is lost', async () => {
  const ref = randomUUID();
  const disputed = (stage: 'opened' | 'lost') =>
    ({ state: 'disputed', dispute: { ref, stage } }) as const;
  const handle = await twoWords(theatre, [disputed('opened'), disputed('lost')]);
  expect(await handle.result()).toEqual({ kind: 'reversed', state: 'disputed' });
  const dispute = theatre.client.workflow.getHandle(disputeWorkflowId('mock', ref));
  expect(await dispute.result()).toEqual({ kind: 'lost' });
});

test('what is given back while an earlier part is being recorded is recorded too', async () => {
  const back = (refundedMinor: number) => ({ state: 'partially_refunded', refundedMinor }) as const;
  await twoWords(theatre, [back(1_000), back(3_000)]);
  const recorded = theatre.calls('recordFact') as unknown as readonly { fact: WireFact }[];
  expect(recorded.map(({ fact: told }) => told.refundedMinor)).toEqual([1_000, 3_000]);
});
