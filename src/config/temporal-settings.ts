import type { Environment } from './environment';

/** How a Temporal server is reached: one of one's own, or a namespace of Temporal Cloud. */
export interface TemporalReach {
  readonly address: string;
  /** Sent with every call; Temporal Cloud knows the caller by it. */
  readonly apiKey: string | undefined;
  /** Absent: plain text, for a server that only its own network reaches. */
  readonly tls: TemporalTls | undefined;
}

/** Files in PEM; what is absent is left to the system. */
export interface TemporalTls {
  /** The name that the server's certificate has, when it is another one than that of the address. */
  readonly serverName: string | undefined;
  /** Who vouches for the server; the system's authorities when absent. */
  readonly serverCaFile: string | undefined;
  /** Who we are, for a server that wants to know (mTLS). */
  readonly client: { readonly certFile: string; readonly keyFile: string } | undefined;
}

export interface TemporalReachRead {
  readonly reach: TemporalReach;
  /** What contradicts itself, one line each. */
  readonly problems: readonly string[];
}

/**
 * An API key and every certificate mean TLS, so that neither is ever sent in plain text by oversight; TEMPORAL_TLS alone
 * means TLS with the system's authorities.
 */
export function temporalReach(values: Environment): TemporalReachRead {
  const apiKey = values.TEMPORAL_API_KEY;
  const certFile = values.TEMPORAL_TLS_CLIENT_CERT_PATH;
  const keyFile = values.TEMPORAL_TLS_CLIENT_KEY_PATH;
  const serverCaFile = values.TEMPORAL_TLS_SERVER_CA_CERT_PATH;
  const serverName = values.TEMPORAL_TLS_SERVER_NAME;
  const wish = values.TEMPORAL_TLS;
  const isMeant = [apiKey, certFile, keyFile, serverCaFile, serverName].some(Boolean);
  const client = certFile && keyFile ? { certFile, keyFile } : undefined;
  const tls = (wish ?? isMeant) ? { serverName, serverCaFile, client } : undefined;
  const problems = [
    ...(wish === false && isMeant
      ? ['TEMPORAL_TLS is false, and TEMPORAL_API_KEY or another TEMPORAL_TLS_… needs it']
      : []),
    ...(keyFile && !certFile ? [lacks('TEMPORAL_TLS_CLIENT_CERT_PATH')] : []),
    ...(certFile && !keyFile ? [lacks('TEMPORAL_TLS_CLIENT_KEY_PATH')] : []),
  ];
  return { reach: { address: values.TEMPORAL_ADDRESS, apiKey, tls }, problems };
}

function lacks(name: string): string {
  return `${name} is not set; a client certificate needs its key, and the key its certificate`;
}
