import { readFileSync } from 'node:fs';
import { Connection, type TLSConfig } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { ConfigError } from '../config';
import type { TemporalReach, TemporalTls } from '../config/temporal-settings';

/** What clients and workers alike connect with. */
export interface TemporalAccess {
  readonly address: string;
  readonly tls?: TLSConfig;
  readonly apiKey?: string;
}

/**
 * Reads the certificates that the configuration names. Throws {@link ConfigError} with the variable of a file that cannot
 * be read.
 */
export function temporalAccess({ address, apiKey, tls }: TemporalReach): TemporalAccess {
  return {
    address,
    ...(tls === undefined ? {} : { tls: tlsOf(tls) }),
    ...(apiKey === undefined ? {} : { apiKey }),
  };
}

/** A connection for questions and starts. */
export function connectClient(reach: TemporalReach): Promise<Connection> {
  return Connection.connect({ ...temporalAccess(reach) });
}

/** A connection for workers, and for clients that start eagerly on the same one. */
export function connectNative(reach: TemporalReach): Promise<NativeConnection> {
  return NativeConnection.connect({ ...temporalAccess(reach) });
}

function tlsOf({ serverName, serverCaFile, client }: TemporalTls): TLSConfig {
  return {
    ...(serverName === undefined ? {} : { serverNameOverride: serverName }),
    ...(serverCaFile === undefined
      ? {}
      : { serverRootCACertificate: bytesOf('TEMPORAL_TLS_SERVER_CA_CERT_PATH', serverCaFile) }),
    ...(client === undefined ? {} : { clientCertPair: pairOf(client) }),
  };
}

function pairOf({ certFile, keyFile }: NonNullable<TemporalTls['client']>) {
  return {
    crt: bytesOf('TEMPORAL_TLS_CLIENT_CERT_PATH', certFile),
    key: bytesOf('TEMPORAL_TLS_CLIENT_KEY_PATH', keyFile),
  };
}

function bytesOf(variable: string, file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new ConfigError(`${variable} names a file that cannot be read: ${reason}`);
  }
}
