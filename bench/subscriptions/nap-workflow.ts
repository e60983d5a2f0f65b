import { sleep } from '@temporalio/workflow';

/** What it costs to wake and do nothing. */
export async function napWorkflow({ untilMs }: { untilMs: number }): Promise<void> {
  await sleep(Math.max(1, untilMs - Date.now()));
}
