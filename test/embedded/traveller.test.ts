import type { Client } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import { Traveller } from '../../src/embedded/traveller';

const STATUS = temporal.api.enums.v1.WorkflowExecutionStatus;

/** A server that takes jumps and says what time it is for the workflow; it never ends a jump by itself. */
function serverAt(clockMs: () => number) {
  const asked: boolean[] = [];
  const client = {
    options: { namespace: 'test' },
    workflowService: {
      describeWorkflowExecution: () =>
        Promise.resolve({
          workflowExecutionInfo: {
            status: STATUS.WORKFLOW_EXECUTION_STATUS_RUNNING,
            startTime: msToTs(0),
          },
          workflowExtendedInfo: {
            timeSkippingInfo: {
              currentTime: msToTs(clockMs()),
              effectiveConfig: { enabled: asked.at(-1) ?? false },
            },
          },
        }),
      updateWorkflowExecutionOptions: (request: {
        workflowExecutionOptions: { timeSkippingConfig: { enabled: boolean } };
      }) => {
        asked.push(request.workflowExecutionOptions.timeSkippingConfig.enabled);
        return Promise.resolve({});
      },
      getWorkflowExecutionHistory: () => Promise.resolve({ history: { events: [] } }),
    },
  };
  return { client: client as unknown as Client, asked };
}

const stay = () => Promise.resolve();

test('a jump whose instant comes by itself is called off, lest the server go on to the next timer', async () => {
  const { client, asked } = serverAt(() => Date.now());
  const traveller = new Traveller(client, 'sub:1', () => 0);
  await traveller.look();
  const instantMs = Date.now() + 600;
  await traveller.jump(instantMs, stay);
  expect(asked).toEqual([true, false]);
  expect(Date.now()).toBeGreaterThanOrEqual(instantMs);
});

test('what is nearer than a jump takes is waited for', async () => {
  const { client, asked } = serverAt(() => Date.now());
  const traveller = new Traveller(client, 'sub:1', () => 0);
  await traveller.look();
  const instantMs = Date.now() + 100;
  await traveller.jump(instantMs, stay);
  expect(asked).toEqual([]);
  expect(Date.now()).toBeGreaterThanOrEqual(instantMs - 1);
});
