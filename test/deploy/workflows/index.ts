import { sleep } from '@temporalio/workflow';

/** Waits a moment and says so: a start, a timer and an end on the server that is tried. */
export async function moment(): Promise<string> {
  await sleep(50);
  return 'passed';
}
