import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ROOT } from '../prepare.mjs';

const PROJECT = 'telegram-billing-rehearsal';
const FOLDER = join(ROOT, '.data', 'rehearsal');
const SETTINGS = join(FOLDER, 'env');
const SECRETS = join(FOLDER, 'secrets');

export const HOSTS = {
  billing: 'billing.example.com',
  webUi: 'temporal.example.com',
  codec: 'codec.example.com',
  grafana: 'grafana.example.com',
};
export const OPERATOR = { name: 'olga', password: randomBytes(12).toString('hex') };

/** Ended when their work is done. */
const ONE_SHOTS = ['migrate', 'temporal-schema'];

/** Settings and secrets as docs/deploying.md makes them, by the same scripts. */
export function prepare() {
  if (run('docker', ['compose', 'version'], { isLoose: true }) === '')
    fail('There is no Docker Compose here.');
  remove();
  mkdirSync(SECRETS, { recursive: true });
  const env = { ...process.env, SECRETS_DIR: SECRETS };
  run(join(ROOT, 'deploy', 'secrets.sh'), [SECRETS]);
  const botId = 4_300_000_001;
  writeFileSync(
    join(SECRETS, 'telegram_bot_token'),
    `${botId}:${randomBytes(18).toString('hex')}\n`,
  );
  run(join(ROOT, 'deploy', 'self-signed.sh'), Object.values(HOSTS), { env });
  run(join(ROOT, 'deploy', 'web-ui-user.sh'), [OPERATOR.name, '-'], {
    env,
    input: OPERATOR.password,
  });
  writeFileSync(SETTINGS, settings());
  return place();
}

export function place() {
  return {
    secrets: secretsByName(),
    certificate: readFileSync(join(SECRETS, 'tls_certificate'), 'utf8'),
    services: compose(['config', '--services'])
      .split('\n')
      .filter((name) => name !== 'telegram' && name !== ''),
    containers,
    isHealthy,
  };
}

function settings() {
  const wanted = {
    PAYMENT_PROVIDERS: 'stars',
    TELEGRAM_MODE: 'webhook',
    TELEGRAM_API_ROOT: 'http://telegram:8081',
    TELEGRAM_CHAT_URL: 'https://t.me/rehearsal_bot',
    PUBLIC_BASE_URL: '',
    PROXY_BILLING_HOST: HOSTS.billing,
    PROXY_WEB_UI_HOST: HOSTS.webUi,
    PROXY_CODEC_HOST: HOSTS.codec,
    PROXY_GRAFANA_HOST: HOSTS.grafana,
    SECRETS_DIR: SECRETS,
    BILLING_IMAGE: process.env.BILLING_IMAGE ?? '',
  };
  const example = readFileSync(join(ROOT, '.env.example'), 'utf8');
  const text = example.replace(/^([A-Z][A-Z0-9_]*)=.*$/gm, (line, name) =>
    name in wanted ? `${name}=${wanted[name]}` : line,
  );
  return `${text}REHEARSAL_ENV=${SETTINGS}\n`;
}

function secretsByName() {
  const names = readdirSync(SECRETS);
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(join(SECRETS, name), 'utf8').trim()]),
  );
}

/** `docker compose` of the rehearsal; throws with what it said when it fails. */
export function compose(args, options = {}) {
  const files = ['docker-compose.yml', 'deploy/rehearsal.yml', ...(options.files ?? [])];
  const chosen = files.flatMap((file) => ['-f', file]);
  const about = ['compose', '--project-name', PROJECT, '--env-file', SETTINGS, ...chosen];
  return docker([...about, ...args], options);
}

export function docker(args, options) {
  return run('docker', args, options);
}

/** Starts what does not run; Compose itself waits for what others need. */
export function start(args = []) {
  compose(['up', '--detach', ...args], { isSeen: process.argv.includes('--verbose') });
}

export function remove() {
  try {
    readFileSync(SETTINGS);
  } catch {
    return;
  }
  compose(['down', '--volumes', '--timeout', '20'], { isLoose: true });
  rmSync(FOLDER, { recursive: true, force: true });
}

/** What `docker inspect` says of each container, by its service. */
function containers() {
  const ids = compose(['ps', '--all', '--quiet']).split('\n').filter(Boolean);
  const found = JSON.parse(docker(['inspect', ...ids]));
  return found.map((container) => ({
    ...container,
    service: container.Config.Labels['com.docker.compose.service'],
  }));
}

function isHealthy() {
  for (const { service, State } of containers()) {
    if (ONE_SHOTS.includes(service)) {
      if (State.Status !== 'exited' || State.ExitCode !== 0)
        throw new Error(`${service} has not ended well`);
    } else if (service !== 'telegram' && State.Health?.Status !== 'healthy') {
      const last = State.Health?.Log?.at(-1)?.Output ?? '';
      throw new Error(
        `${service} is ${State.Health?.Status ?? State.Status} ${last.slice(0, 300)}`,
      );
    }
  }
  return true;
}

function run(
  command,
  args,
  { input = '', env = process.env, isLoose = false, isSeen = false } = {},
) {
  const stdio = isSeen ? ['pipe', 'inherit', 'inherit'] : 'pipe';
  const options = { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 };
  const end = spawnSync(command, args, { ...options, input, env, stdio });
  if (end.status !== 0 && !isLoose) {
    const words = `${end.error?.message ?? ''}${end.stdout ?? ''}${end.stderr ?? ''}`;
    throw new Error(
      `${command} ${args.slice(-6).join(' ')} ended with ${end.status}:\n${words.slice(-3_000)}`,
    );
  }
  return (end.stdout ?? '').trim();
}
