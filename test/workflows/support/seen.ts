import { WorkflowUpdateFailedError, type Client, type WorkflowHandle } from '@temporalio/client';

/** What the Web UI shows of a workflow. */
export interface Shown {
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Current details, as Markdown. */
  readonly details: string;
}

export async function shown(client: Client, { workflowId }: WorkflowHandle): Promise<Shown> {
  const handle = client.workflow.getHandle(workflowId);
  const { typedSearchAttributes } = await handle.describe();
  const attributes = Object.fromEntries(
    typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]),
  );
  const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  return { attributes, details: metadata.currentDetails ?? '' };
}

/** The words with which an update was refused. */
export async function refusalOf(update: Promise<unknown>): Promise<string> {
  try {
    await update;
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) return error.cause?.message ?? '';
    throw error;
  }
  throw new Error('the update was accepted');
}

/** Texts beside the timers of a run, in order of history. */
export async function timerSummaries(handle: WorkflowHandle): Promise<string[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? [])
    .filter((event) => event.timerStartedEventAttributes)
    .map((event) => textOf(event.userMetadata?.summary?.data));
}

function textOf(data: Uint8Array | null | undefined): string {
  return data ? (JSON.parse(Buffer.from(data).toString()) as string) : '';
}
