/** Dynamic configuration of every Temporal server started here; each line with its why. */
export const DYNAMIC_SETTINGS: Readonly<Record<string, string | number | boolean>> = {
  // The clock per workflow, by which tests and the sandbox live through months in seconds.
  'frontend.WorkflowTimeSkippingEnabled': true,
  // Dunning with hourly retries over a year needs more than the 200 skips that are the default.
  'frontend.WorkflowTimeSkippingMaxSkipPerSession': 5_000,
  'frontend.WorkflowPauseEnabled': true,
  // Timers fire this much late at most; the default of a second is paid at every stop of a jump through time.
  'history.timerProcessorMaxTimeShift': '50ms',
  // A pause before a quick continue-as-new is shifted twice by a moved clock in 1.32.0, which loses days; so no pause.
  'history.workflowIdReuseMinimalInterval': '0s',
  // A spend's workflow comes with the answer to its start, to the very process that asked: no poll in between.
  'system.enableEagerWorkflowStart': true,
  // An activity that goes to the very worker that asks for it comes with the answer: no queue and no poll in between.
  'system.enableActivityEagerExecution': true,
  // Always on since 1.30; older CLIs still ask.
  'frontend.enableExecuteMultiOperation': true,
  // One or two workers: more partitions only spread tasks where nobody polls.
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  // Workflows of one shard need not queue for one write to PostgreSQL.
  'history.shardIOConcurrency': 20,
  // Two first signals of one workflow at once make one write fail unclearly, and then a new workflow waits for this
  // poll: up to a minute by default, between a payment and its credit.
  'history.transferProcessorMaxPollInterval': '1s',
  // Workflows that it keeps in memory are limited by their size, not by their number: 128,000 of them are several gigabytes.
  'history.cacheSizeBasedLimit': true,
  'history.hostLevelCacheMaxSizeBytes': 134_217_728,
  // Signs of life of a hold are updates of one workflow; the defaults of 10 and 2,000 answer RESOURCE_EXHAUSTED.
  'history.maxInFlightUpdates': 1_000,
  'history.maxTotalUpdates': 20_000,
  // Screens and tests read lists oftener than ten times a second.
  'frontend.namespaceRPS.visibility': 500,
  // Search attributes are registered at start and used at once.
  'system.forceSearchAttributesCacheRefreshOnRead': true,
  // Registering a dozen namespaces at once must not be throttled.
  'frontend.rps.namespaceReplicationInducingAPIs': 1_000,
  'frontend.namespaceRPS.namespaceReplicationInducingAPIs': 1_000,
};

/** As flags of `temporal server start-dev`. */
export function asCliFlags(settings: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => [
    '--dynamic-config-value',
    `${name}=${JSON.stringify(value)}`,
  ]);
}

/** As the content of a dynamic configuration file; JSON is YAML. */
export function asConfigFile(settings: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(settings).map(([name, value]) => [name, [{ value }]]);
  return JSON.stringify(Object.fromEntries(entries), null, 2);
}
