import { join } from 'node:path';
import { writeAtomically } from '../processes/files';
import type { BuiltBinaries } from './build';
import { prepareDatabases, storeConfiguration, STORES } from './database';
import type { TemporalDatabases } from './database';
import type { Ports } from './ports';
import type { Launch } from './launch';
import { answersGrpc, answersHttp } from './probes';
import { asConfigFile, DYNAMIC_SETTINGS } from './settings';

/** Starts the server built from source, with its data in PostgreSQL, and its Web UI. */
export async function launchBuiltServer(launch: Launch, binaries: BuiltBinaries): Promise<void> {
  const { supervisor, ports } = launch;
  const databases = await prepareDatabases(launch.postgresAdminUrl, binaries.sqlTool);
  const folder = join(supervisor.dataFolder, 'temporal');
  const dynamicFile = join(folder, 'dynamic.yaml');
  const configFile = join(folder, 'server.yaml');
  writeAtomically(dynamicFile, asConfigFile(DYNAMIC_SETTINGS));
  writeAtomically(
    configFile,
    JSON.stringify(configuration(databases, ports, dynamicFile), null, 2),
  );
  await supervisor.start({
    name: 'temporal-server',
    command: binaries.server,
    args: ['--config-file', configFile, '--allow-no-auth', 'start'],
    isReady: () => answersGrpc(ports.frontend),
    stopWithinMs: 20_000,
    restarts: launch.restarts,
  });
  const uiFolder = join(folder, 'ui');
  writeAtomically(
    join(uiFolder, 'config', 'embedded.yaml'),
    JSON.stringify(uiConfiguration(launch), null, 2),
  );
  await supervisor.start({
    name: 'temporal-ui',
    command: binaries.webUi,
    args: ['--root', uiFolder, '--env', 'embedded', 'start'],
    isReady: () => answersHttp(ports.webUi),
    stopWithinMs: 5_000,
  });
}

function configuration(databases: TemporalDatabases, ports: Ports, dynamicFile: string) {
  const rpc = (grpcPort: number, membershipPort: number, httpPort?: number) => ({
    rpc: {
      grpcPort,
      membershipPort,
      bindOnLocalHost: true,
      ...(httpPort === undefined ? {} : { httpPort }),
    },
  });
  return {
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      // Fixed for the life of the databases: the server refuses to start on data made with another number.
      numHistoryShards: 4,
      datastores: {
        default: { sql: storeConfiguration(databases, STORES[0].database, 20) },
        visibility: { sql: storeConfiguration(databases, STORES[1].database, 10) },
      },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' } },
    services: {
      frontend: rpc(ports.frontend, ports.frontendMembership, ports.frontendHttp),
      matching: rpc(ports.matching, ports.matchingMembership),
      history: rpc(ports.history, ports.historyMembership),
      worker: rpc(ports.worker, ports.workerMembership),
    },
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: {
          enabled: true,
          initialFailoverVersion: 1,
          rpcName: 'frontend',
          rpcAddress: `127.0.0.1:${ports.frontend}`,
        },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    archival: { history: { state: 'disabled' }, visibility: { state: 'disabled' } },
    dynamicConfigClient: { filepath: dynamicFile, pollInterval: '60s' },
  };
}

function uiConfiguration(launch: Launch) {
  return {
    temporalGrpcAddress: `127.0.0.1:${launch.ports.frontend}`,
    host: '127.0.0.1',
    port: launch.ports.webUi,
    enableUi: true,
    cors: { cookieInsecure: true, allowOrigins: [`http://127.0.0.1:${launch.ports.webUi}`] },
    defaultNamespace: launch.namespace,
    disableNewsFetch: true,
    // With its cookie the codec server knows the reader.
    ...(launch.codecEndpoint === undefined
      ? {}
      : { codec: { endpoint: launch.codecEndpoint, includeCredentials: true } }),
  };
}
