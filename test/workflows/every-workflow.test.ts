import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { temporal } from '@temporalio/proto';
import type { WorkflowHandle } from '@temporalio/client';
import {
  guidesOf,
  WORKFLOW_REPAIRS,
  type WorkflowType,
} from '../../src/domain/billing/workflow-repairs';
import { operatorCardQuery } from '../../workflows/contract';
import { ROOT } from '../support/house/tree';
import { until } from '../support/until';
import { REPAIR } from './support/cast';
import { ONE_OF_EACH } from './support/one-of-each';
import { refusalOf, shown } from './support/seen';
import { openTheatre, type Theatre } from './support/theatre';

// What an operator finds in the Web UI, of every type (OPS-1, OPS-3, OPS-5): a new workflow without it is caught here.

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

const TYPES = Object.keys(WORKFLOW_REPAIRS) as WorkflowType[];

/** These are one transaction each, often a thousand a second: their start says whose they are, their end says the rest. */
const ONE_STEP: readonly WorkflowType[] = ['limitChange', 'spendRefund', 'tokenSpend'];

/** A vote is no repair: what is voted on has its reason (OPS-12). */
const WITHOUT_REASON = ['proposal.approve', 'proposal.reject'];

async function begin(type: WorkflowType): Promise<WorkflowHandle> {
  const { input, roles = {}, signal } = ONE_OF_EACH[type];
  theatre.play(roles);
  const start = { workflowId: `one:${type}`, input, ...(signal ? { signal } : {}) };
  return theatre.start(type, start);
}

/** The card once the workflow waits for something or has ended. */
async function cardOf(handle: WorkflowHandle) {
  return until('it has come to rest', async () => {
    const card = await handle.query(operatorCardQuery);
    const isMoving = /first step|to be read|under way|^one transaction|^the one transaction/.test(
      card.waitingFor,
    );
    return isMoving ? undefined : card;
  });
}

async function metadataOf(handle: WorkflowHandle) {
  return handle.query<temporal.api.sdk.v1.IWorkflowMetadata>('__temporal_workflow_metadata');
}

test('every workflow that the worker offers is in the list of repairs, and nothing else', () => {
  const index = readFileSync(join(ROOT, 'workflows', 'index.ts'), 'utf8');
  const offered = [...index.matchAll(/export \{ (?:\w+ as )?(\w+) \}/g)].map(([, name]) => name);
  expect([...TYPES].sort()).toEqual(offered.sort());
});

test.each(TYPES)(
  '%s shows who, what and where it stands, and names what can be done',
  async (type) => {
    const handle = await begin(type);
    const card = await cardOf(handle);
    expect(card).toMatchObject({
      who: expect.stringMatching(/\w/),
      what: expect.stringMatching(/\w/),
      waitingFor: expect.stringMatching(/\w/),
    });
    const guides = Object.keys(guidesOf(type));
    expect(guides).toEqual(expect.arrayContaining(Object.keys(card.allowedRepairs)));
    const { details } = await shown(theatre.client, handle);
    expect(details).toMatch(/\w/);
    if (!ONE_STEP.includes(type)) {
      // It may be on its way from one state to the next while both are read.
      await until('the list says what the card says', async () => {
        const { attributes } = await shown(theatre.client, handle);
        return attributes['BillingState'] === (await cardOf(handle)).state;
      });
    }
    const { definition } = await metadataOf(handle);
    expect((definition?.queryDefinitions ?? []).map(({ name }) => name)).toContain('card');
    const described = new Map(
      (definition?.updateDefinitions ?? []).map(({ name, description }) => [name, description]),
    );
    for (const update of guides) {
      const argument = expect.stringContaining('"operatorId"') as string;
      expect([update, described.get(update)]).toEqual([update, argument]);
    }
  },
);

test('a type without repairs says why', () => {
  const reasons = TYPES.map((type) => WORKFLOW_REPAIRS[type]).flatMap((entry) =>
    'because' in entry ? [entry.because] : [],
  );
  expect(reasons.filter((because) => !/\w+ \w+/.test(because))).toEqual([]);
});

const REPAIRABLE = TYPES.filter((type) => Object.keys(guidesOf(type)).length > 0);

test.each(REPAIRABLE)('%s takes no repair without a name or with a short reason', async (type) => {
  const handle = await begin(type);
  await cardOf(handle);
  for (const update of Object.keys(guidesOf(type))) {
    const send = (by: object) => refusalOf(handle.executeUpdate(update, { args: [by] }));
    expect([update, await send({ ...REPAIR, operatorId: ' ' })]).toEqual([
      update,
      expect.stringMatching(/operatorId (is empty|must be your Telegram id)/),
    ]);
    if (WITHOUT_REASON.includes(`${type}.${update}`)) continue;
    expect([update, await send({ operatorId: '7', reason: 'because' })]).toEqual([
      update,
      expect.stringMatching(/reason needs at least 10 characters/),
    ]);
  }
});
