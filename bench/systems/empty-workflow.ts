/** What a workflow costs that does nothing. */
export async function emptyWorkflow(): Promise<string> {
  return Promise.resolve('done');
}
