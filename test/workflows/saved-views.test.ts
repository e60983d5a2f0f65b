import type { TypedSearchAttributes } from '@temporalio/common';
import { SAVED_VIEWS } from '../../src/domain/billing/saved-views';
import { attemptNumber, billingState, nextActionAt, stuckReason } from '../../workflows/contract';
import { until } from '../support/until';
import { openTheatre, type Theatre } from './support/theatre';
import { seedRoles, VIEW_SEEDS, type Seeded } from './support/view-seeds';

// Each view of operators finds what it is for and leaves its nearest neighbour alone (OPS-2), on a real server.

/** The server reports a failing task only after some tries, and further apart each time. */
const SLOWEST_MS = 90_000;

let theatre: Theatre;
const seeded = new Map<string, Promise<Seeded>>();

beforeAll(async () => {
  theatre = await openTheatre();
  theatre.play(seedRoles());
  for (const [name, seed] of Object.entries(VIEW_SEEDS)) seeded.set(name, seed(theatre));
  // One that cannot be sown is told by the test of its view.
  await Promise.allSettled(seeded.values());
}, 120_000);
afterAll(async () => {
  await theatre.clear();
  await theatre.close();
});

async function found(query: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { workflowId } of theatre.client.workflow.list({ query })) ids.push(workflowId);
  return ids;
}

/** What the views ask about; a list names its attributes in another order than a history. */
function standing(attributes: TypedSearchAttributes): string {
  const [state, stuck] = [attributes.get(billingState), attributes.get(stuckReason)];
  return JSON.stringify({
    ...{ state, stuck },
    nextAt: attributes.get(nextActionAt)?.toISOString(),
    attempt: attributes.get(attemptNumber),
  });
}

/** The list lags behind: a neighbour is left alone only once the list knows what it is by now. */
async function untilListed(workflowId: string): Promise<void> {
  const handle = theatre.client.workflow.getHandle(workflowId);
  await until(`the list knows ${workflowId}`, async () => {
    const { typedSearchAttributes: now } = await handle.describe();
    const query = `WorkflowId = '${workflowId}'`;
    for await (const { typedSearchAttributes: listed } of theatre.client.workflow.list({ query }))
      if (standing(listed) === standing(now)) return true;
    return false;
  });
}

test('every view has its seeds, and nothing else has', () => {
  expect(Object.keys(VIEW_SEEDS).sort()).toEqual(SAVED_VIEWS.map(({ name }) => name).sort());
});

test.each(SAVED_VIEWS.map(({ name }) => name))(
  'OPS-2 %s finds its own and no other',
  async (name) => {
    const view = SAVED_VIEWS.find((one) => one.name === name)!;
    const { finds, misses } = await seeded.get(name)!;
    await untilListed(misses);
    const all = await until(
      `${name} finds ${finds}`,
      async () => {
        const ids = await found(view.query(Date.now()));
        return ids.includes(finds) ? ids : undefined;
      },
      SLOWEST_MS,
    );
    expect(all).not.toContain(misses);
  },
);
