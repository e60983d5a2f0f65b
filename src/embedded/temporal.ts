import { join } from 'node:path';
import { readJson, writeAtomically } from './processes/files';
import type { Supervisor } from './processes';
import type { Report } from './progress';
import { withProgress } from './progress';
import type { SearchAttributeTypes } from './search-attributes';
import { launchBuiltServer } from './temporal/built-server';
import { launchCliServer } from './temporal/cli-server';
import type { Launch } from './temporal/launch';
import { prepareNamespaces } from './temporal/namespaces';
import { choosePorts } from './temporal/ports';
import type { TemporalSource } from './temporal/source';
import { findTemporal } from './temporal/source';
import { SERVER_VERSION } from './temporal/versions';

export { prepareNamespace, prepareNamespaces } from './temporal/namespaces';

export interface TemporalSettings {
  readonly supervisor: Supervisor;
  readonly report: Report;
  /** A PostgreSQL superuser's address; the server built from source keeps its databases there. */
  readonly postgresAdminUrl: string;
  readonly searchAttributes: SearchAttributeTypes;
  readonly namespace?: string;
  readonly ports?: 'preferred' | 'free';
  readonly codecEndpoint?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** False: when it dies it stays dead until `supervisor.find('temporal-server')?.start()`. */
  readonly restarts?: boolean;
}

export interface TemporalServer {
  readonly address: string;
  readonly namespace: string;
  /** Unknown for a server that was given by TEMPORAL_ADDRESS. */
  readonly webUiUrl?: string;
  /** Where it came from, in words, to be printed. */
  readonly origin: string;
  /** True when it is ours to stop. */
  readonly isEmbedded: boolean;
}

/** Finds a Temporal server, starts it unless it is somebody else's, and makes the namespace usable. */
export async function startTemporal(settings: TemporalSettings): Promise<TemporalServer> {
  const env = settings.env ?? process.env;
  const markFile = join(settings.supervisor.dataFolder, 'temporal', 'source.json');
  const dataOf = readJson<{ kind: 'cli' | 'built' }>(markFile)?.kind;
  const source = await findTemporal({
    env,
    report: settings.report,
    ...(dataOf === undefined ? {} : { dataOf }),
  });
  if (source.kind === 'address') return useExisting(source.address, settings, env);
  const server = await launch(source, settings);
  writeAtomically(markFile, JSON.stringify({ kind: source.kind }));
  await makeUsable(server, settings);
  return server;
}

async function launch(
  source: Exclude<TemporalSource, { kind: 'address' }>,
  settings: TemporalSettings,
): Promise<TemporalServer> {
  const { supervisor, report } = settings;
  await endLeftovers(supervisor);
  const style = settings.ports ?? 'preferred';
  const ports = await choosePorts({ dataFolder: supervisor.dataFolder, style, report });
  const plan: Launch = {
    supervisor,
    ports,
    postgresAdminUrl: settings.postgresAdminUrl,
    namespace: settings.namespace ?? 'default',
    restarts: settings.restarts ?? true,
    ...(settings.codecEndpoint === undefined ? {} : { codecEndpoint: settings.codecEndpoint }),
  };
  if (source.kind === 'cli') await launchCliServer(plan, source.path);
  else await launchBuiltServer(plan, source.binaries);
  return {
    address: `127.0.0.1:${ports.frontend}`,
    webUiUrl: `http://127.0.0.1:${ports.webUi}`,
    namespace: plan.namespace,
    origin:
      source.kind === 'cli'
        ? `${source.path} (${source.origin})`
        : `server ${SERVER_VERSION} built with Go`,
    isEmbedded: true,
  };
}

/** Leftovers of a killed run still hold the ports that are about to be chosen. */
async function endLeftovers(supervisor: Supervisor): Promise<void> {
  await supervisor.endOrphan('temporal-ui');
  await supervisor.endOrphan('temporal-server');
}

async function useExisting(
  address: string,
  settings: TemporalSettings,
  env: NodeJS.ProcessEnv,
): Promise<TemporalServer> {
  const namespace = settings.namespace ?? env.TEMPORAL_NAMESPACE ?? 'default';
  const server = { address, namespace, origin: 'TEMPORAL_ADDRESS', isEmbedded: false };
  await makeUsable(server, settings).catch((error: Error) => {
    settings.report(
      `The namespace ${namespace} at ${address} could not be prepared (${error.message}); register it and its ` +
        'search attributes there yourself',
    );
  });
  return server;
}

async function makeUsable(server: TemporalServer, settings: TemporalSettings): Promise<void> {
  const wish = { name: server.namespace, searchAttributes: settings.searchAttributes };
  const step = {
    label: `Preparing Temporal namespace ${server.namespace}`,
    report: settings.report,
  };
  await withProgress(step, () => prepareNamespaces(server.address, [wish]));
}
