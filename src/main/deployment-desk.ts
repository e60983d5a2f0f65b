import type { Client } from '@temporalio/client';
import { optionalTsToMs } from '@temporalio/common/lib/time';
import { VERSIONING } from '../../workflows/versions';
import { ConfigError } from '../config';

const USAGE = `Usage:
  npm run deployment -- status                   which build takes new work, and what older builds still hold
  npm run deployment -- current <build>          new work, and what may change builds, goes to this build
  npm run deployment -- current unversioned      … to workers without WORKER_BUILD_ID
  npm run deployment -- ramp <build> <percent>   … only this share of it; 0 ends the ramp
  npm run deployment -- drained <build>          fails while an open workflow needs the workers of this build
  npm run deployment -- release <build>          whatever it still holds goes on with the current build`;

/** gRPC status codes. */
const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const FAILED_PRECONDITION = 9;

/** What Temporal calls workers without a version, and what an operator types. */
const UNVERSIONED = 'unversioned';

/** Visibility hears of a start a moment later; a count before that would miss the last ones. */
const SETTLED_AFTER_MS = 10_000;

export interface DeploymentDesk {
  readonly client: Client;
  readonly deploymentName: string;
}

/**
 * Carries out one command about the versions of the workers and says what came of it.
 * Throws {@link ConfigError} for what it does not understand, what Temporal refuses, and a build that is not drained.
 */
export async function runDeploymentCommand(
  desk: DeploymentDesk,
  args: readonly string[],
): Promise<string> {
  const [command, buildId = '', percent] = args;
  if (command === 'status') return status(desk);
  if (buildId === '') throw new ConfigError(USAGE);
  switch (command) {
    case 'current':
      return refusable(() => makeCurrent(desk, buildId));
    case 'ramp':
      return refusable(() => ramp(desk, buildId, shareOf(percent)));
    case 'drained':
      return drained(desk, buildId);
    case 'release':
      return release(desk, buildId);
    default:
      throw new ConfigError(USAGE);
  }
}

/** How many open runs of each type must end with the build they began with. */
export type Held = Readonly<Record<string, number>>;

/** Open runs that are pinned to a build: while there are any, its workers have to stay. */
export async function heldBy(desk: DeploymentDesk, buildId: string): Promise<Held> {
  const query = pinnedTo(desk, buildId);
  const { count } = await desk.client.workflow.count(query);
  if (count === 0) return {};
  const pinned = Object.entries(VERSIONING).filter(([, versioning]) => versioning === 'PINNED');
  const counted = await Promise.all(
    pinned.map(async ([name]) => {
      const ofType = await desk.client.workflow.count(`${query} AND WorkflowType = '${name}'`);
      return [name, ofType.count] as const;
    }),
  );
  const known = counted.filter(([, open]) => open > 0);
  const others = count - known.reduce((sum, [, open]) => sum + open, 0);
  return Object.fromEntries(others > 0 ? [...known, ['others', others]] : known);
}

function pinnedTo({ deploymentName }: DeploymentDesk, buildId: string): string {
  return (
    `TemporalWorkerDeploymentVersion = '${deploymentName}:${buildId}' AND ` +
    `TemporalWorkflowVersioningBehavior = 'Pinned' AND ExecutionStatus = 'Running'`
  );
}

async function status(desk: DeploymentDesk): Promise<string> {
  const { deploymentName } = desk;
  const info = await describe(desk);
  if (!info) return `${deploymentName}: no worker with WORKER_BUILD_ID has asked for work yet`;
  const routing = info.routingConfig ?? {};
  const current = routing.currentDeploymentVersion?.buildId ?? UNVERSIONED;
  const ramping = routing.rampingVersionPercentage
    ? `, ${routing.rampingVersionPercentage} % to ${routing.rampingDeploymentVersion?.buildId ?? UNVERSIONED}`
    : '';
  const builds = (info.versionSummaries ?? []).map((one) => one.deploymentVersion?.buildId ?? '');
  const lines = await Promise.all(
    builds.map(async (buildId) => `  ${buildId}: ${wordsFor(await heldBy(desk, buildId))}`),
  );
  return [`${deploymentName}: new work goes to ${current}${ramping}`, ...lines].join('\n');
}

async function describe({ client, deploymentName }: DeploymentDesk) {
  try {
    const described = await client.workflowService.describeWorkerDeployment({
      namespace: client.options.namespace,
      deploymentName,
    });
    return described.workerDeploymentInfo ?? undefined;
  } catch (error) {
    if (codeOf(error) === NOT_FOUND) return undefined;
    throw error;
  }
}

function wordsFor(held: Held): string {
  const names = Object.entries(held).map(([name, open]) => `${open} ${name}`);
  return names.length === 0 ? 'holds nothing' : `holds ${names.join(', ')}`;
}

async function makeCurrent(desk: DeploymentDesk, buildId: string): Promise<string> {
  const { client, deploymentName } = desk;
  await client.workflowService.setWorkerDeploymentCurrentVersion({
    namespace: client.options.namespace,
    deploymentName,
    buildId: buildId === UNVERSIONED ? '' : buildId,
    identity: 'npm run deployment',
  });
  return status(desk);
}

async function ramp(desk: DeploymentDesk, buildId: string, percentage: number): Promise<string> {
  const { client, deploymentName } = desk;
  await client.workflowService.setWorkerDeploymentRampingVersion({
    namespace: client.options.namespace,
    deploymentName,
    // Without a version and without a share there is no ramp.
    buildId: percentage === 0 ? '' : buildId,
    percentage,
    identity: 'npm run deployment',
  });
  return status(desk);
}

function shareOf(text: string | undefined): number {
  const percent = Number(text);
  if (text === undefined || !(percent >= 0 && percent <= 100)) throw new ConfigError(USAGE);
  return percent;
}

async function drained(desk: DeploymentDesk, buildId: string): Promise<string> {
  const { deploymentName } = desk;
  const info = await describe(desk);
  const routing = info?.routingConfig;
  const taking = [routing?.currentDeploymentVersion, routing?.rampingDeploymentVersion];
  if (taking.some((version) => version?.buildId === buildId)) {
    throw new ConfigError(`${buildId} still takes new work; name another build with "current"`);
  }
  const own = info?.versionSummaries?.find((one) => one.deploymentVersion?.buildId === buildId);
  if (!own) throw new ConfigError(`${deploymentName} has no build ${buildId}`);
  if (Date.now() - (optionalTsToMs(own.lastDeactivationTime) ?? 0) < SETTLED_AFTER_MS) {
    throw new ConfigError(`${buildId} took new work a moment ago; ask again in ten seconds`);
  }
  const held = await heldBy(desk, buildId);
  if (Object.keys(held).length > 0) throw new ConfigError(`${buildId} ${wordsFor(held)}`);
  return `${buildId} holds nothing: its workers may go`;
}

/**
 * Stragglers, such as orders that are only watched for late money, need not keep a build for weeks: from their next
 * task on they run with the current one, which their histories must be able to replay with.
 */
async function release(desk: DeploymentDesk, buildId: string): Promise<string> {
  const { client } = desk;
  const held = await heldBy(desk, buildId);
  if (Object.keys(held).length === 0) return `${buildId} holds nothing`;
  await client.workflowService.startBatchOperation({
    namespace: client.options.namespace,
    jobId: `release-${buildId}-${Date.now()}`,
    reason: `npm run deployment -- release ${buildId}`,
    visibilityQuery: pinnedTo(desk, buildId),
    updateWorkflowOptionsOperation: {
      identity: 'npm run deployment',
      workflowExecutionOptions: { versioningOverride: { autoUpgrade: true } },
      updateMask: { paths: ['versioning_override'] },
    },
  });
  return `${buildId} ${wordsFor(held)}; they are being released to the current build`;
}

/** Temporal's own words where it refuses, such as for a build that no worker has. */
async function refusable(ask: () => Promise<string>): Promise<string> {
  try {
    return await ask();
  } catch (error) {
    const refusals = [INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION];
    if (!refusals.includes(codeOf(error))) throw error;
    throw new ConfigError(`Temporal refuses: ${(error as { details?: string }).details ?? ''}`);
  }
}

function codeOf(error: unknown): number {
  return (error as { code?: number }).code ?? -1;
}
