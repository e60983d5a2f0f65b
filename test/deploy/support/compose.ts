import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ownGoProgram } from '../../payments/support/foreign';
import { ROOT } from '../../support/house/tree';

/** The reader of Compose itself, without Docker; only Go can bring it. */
export const composeReader = ownGoProgram(join(__dirname, 'compose-reader'), 'v2.9.0');

export interface Service {
  readonly image?: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly privileged?: boolean;
  readonly security_opt?: readonly string[];
  readonly ports?: readonly { readonly target: number; readonly published: string }[];
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly env_file?: unknown;
  readonly secrets?: readonly { readonly source: string }[];
  readonly networks?: Readonly<Record<string, unknown>>;
  readonly volumes?: readonly {
    readonly source: string;
    readonly target: string;
    readonly type: string;
    readonly read_only?: boolean;
  }[];
  readonly command?: readonly string[];
  readonly profiles?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: {
    readonly test?: readonly string[];
    readonly disable?: boolean;
    readonly interval?: string;
    readonly start_period?: string;
    readonly retries?: number;
  };
  readonly deploy?: {
    readonly resources?: {
      readonly limits?: {
        readonly cpus?: unknown;
        readonly memory?: unknown;
        readonly pids?: unknown;
      };
    };
  };
}

export interface Composition {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

/** What an operator has to say in .env. */
export const SETTINGS = {
  PROXY_BILLING_HOST: 'billing.example.com',
  PROXY_WEB_UI_HOST: 'temporal.example.com',
  PROXY_CODEC_HOST: 'codec.example.com',
  PROXY_GRAFANA_HOST: 'grafana.example.com',
};

export interface Reading {
  readonly status: number | null;
  readonly problem: string;
  readonly composition: Composition;
}

/** Reads compose files as Compose does: schema, merges, variables, dependencies. */
export function readCompose(files: readonly string[], env: object = SETTINGS): Reading {
  const { PATH } = process.env;
  const run = spawnSync(composeReader ?? '', [...files], {
    cwd: ROOT,
    env: { PATH, ...env },
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
  });
  const composition = run.status === 0 ? (JSON.parse(run.stdout) as Composition) : NOTHING;
  const services = Object.entries(composition.services).map(([name, each]) => [name, plain(each)]);
  return {
    status: run.status,
    problem: run.stderr,
    composition: {
      ...composition,
      services: Object.fromEntries(services) as Composition['services'],
    },
  };
}

const NOTHING: Composition = { services: {}, networks: {}, secrets: {} };

/** What nobody wrote is null in Go's words. */
function plain(service: Service): Service {
  return Object.fromEntries(Object.entries(service).filter(([, value]) => value !== null));
}
