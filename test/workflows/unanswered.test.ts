import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { withDeadline } from '../../src/commands/deadline';
import { subscriptionCommands } from '../../src/commands/subscriptions';
import { subscriptionWorkflowId } from '../../workflows/billing/contract';
import { takeServers } from '../support/servers';

test('a command whose workflow stands still is rejected instead of waiting for ever', async () => {
  const { temporalAddress: address, namespace } = await takeServers();
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  const subscriptionId = randomUUID();
  const workflowId = subscriptionWorkflowId(subscriptionId);
  // Nobody works on this queue.
  const taskQueue = 'nobody';
  await client.workflow.start('subscription', { taskQueue, workflowId, args: [{}] });
  const commands = withDeadline(client, subscriptionCommands(client, taskQueue), 1_500);
  const begunAt = performance.now();
  const asked = commands.muteReminders({ subscriptionId, userId: 1, isMuted: true });
  await expect(asked).rejects.toThrow(/deadline|timeout|timed out/i);
  expect(performance.now() - begunAt).toBeLessThan(10_000);
  await connection.close();
});
