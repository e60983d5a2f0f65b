import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SECRET_VARIABLES } from '../../src/config/secret-files';
import { ORDER_OF_STRINGS } from '../../src/embedded/postgres/cluster';
import { SERVER_VERSION, UI_VERSION } from '../../src/embedded/temporal/versions';
import { ROOT } from '../support/house/tree';
import { composeReader, readCompose, SETTINGS, type Service } from './support/compose';

// The files that `docker compose up` reads, judged by the reader of Compose itself.

if (composeReader === undefined) console.warn('Skipped: there is no Go to build the reader with.');
const withReader = composeReader === undefined ? describe.skip : describe;

/** Docker starts no container that may take more processors than there are. */
const SMALLEST_MACHINE_CPUS = 2;

withReader('docker-compose.yml', () => {
  const { composition, problem, status } = readCompose(['docker-compose.yml']);
  const services = Object.entries(composition.services);
  const product = services.filter(([, { command = [] }]) => /src\/main\//.test(command.join(' ')));

  /** The names of the services that do not keep a rule. */
  const breaking = (rule: (service: Service, name: string) => boolean, among = services) =>
    among.filter(([name, service]) => !rule(service, name)).map(([name]) => name);

  test('is understood by Compose', () => {
    expect([status, problem]).toEqual([0, '']);
    expect(services.map(([name]) => name)).toEqual(
      expect.arrayContaining(['nginx', 'postgres', 'temporal', 'temporal-ui', 'codec', 'migrate']),
    );
    expect(product.map(([name]) => name)).toEqual(['bot', 'codec', 'migrate', 'server', 'worker']);
  });

  test.each(Object.keys(SETTINGS))('asks for %s by its name', (name) => {
    const without = readCompose(['docker-compose.yml'], { ...SETTINGS, [name]: '' });
    expect(without.status).not.toBe(0);
    expect(without.problem).toContain(`set ${name} in .env`);
  });

  test('T-F4 publishes ports of the proxy only, and no other container lies in its network', () => {
    const published = services.flatMap(([name, { ports = [] }]) =>
      ports.map(({ published: port, target }) => `${name} ${port}:${target}`),
    );
    expect(published).toEqual(['nginx 80:8080', 'nginx 443:8443']);
    const inside = (name: string) => composition.networks[name]?.internal === true;
    expect([inside('front'), inside('inside')]).toEqual([true, true]);
    const atTheDoor = services.filter(([, { networks = {} }]) => 'door' in networks);
    expect(atTheDoor.map(([name]) => name)).toEqual(['nginx']);
    expect(services.filter(([, each]) => 'network_mode' in each || 'pid' in each)).toEqual([]);
  });

  test('PostgreSQL, Temporal and Prometheus lie in a network without a way out alone', () => {
    for (const name of ['postgres', 'backup', 'temporal', 'temporal-schema', 'prometheus']) {
      expect([name, Object.keys(composition.services[name]?.networks ?? {})]).toEqual([
        name,
        ['inside'],
      ]);
    }
  });

  test('pins every image to one release', () => {
    const isPinned = ({ image = '' }: Service) =>
      image === 'telegram-billing:local' || /^[a-z/-]+:v?\d+\.\d+(\.\d+)?(-[a-z]+)?$/.test(image);
    expect(breaking(isPinned)).toEqual([]);
  });

  test('keeps strings in the order of all other tests', () => {
    const args = composition.services['postgres']?.environment?.['POSTGRES_INITDB_ARGS'] ?? '';
    expect(args.split(' ')).toEqual(expect.arrayContaining([...ORDER_OF_STRINGS]));
  });

  test('runs the Temporal that all other tests run', () => {
    const images = services.map(([, { image = '' }]) => image);
    expect(images.filter((image) => image.startsWith('temporalio/')).sort()).toEqual([
      `temporalio/admin-tools:${SERVER_VERSION}`,
      `temporalio/server:${SERVER_VERSION}`,
      `temporalio/ui:${UI_VERSION}`,
    ]);
  });

  test('runs nothing as root, with capabilities, or on a file system that it can change', () => {
    expect(breaking(({ user = '' }) => /^[1-9]\d*:\d+$/.test(user))).toEqual([]);
    expect(breaking(({ read_only: isReadOnly }) => isReadOnly === true)).toEqual([]);
    expect(breaking(({ cap_drop: dropped }) => dropped?.join() === 'ALL')).toEqual([]);
    expect(breaking(({ cap_add: added, privileged }) => !added && !privileged)).toEqual([]);
    expect(
      breaking(({ security_opt: options }) => options?.includes('no-new-privileges:true') ?? false),
    ).toEqual([]);
  });

  test('asks no container for its health by a name that may mean an address where it does not listen', () => {
    const asked = services.filter(([, { healthcheck }]) =>
      healthcheck?.test?.join(' ').includes('localhost'),
    );
    expect(asked.map(([name]) => name)).toEqual([]);
  });

  test('lets no container take the whole machine', () => {
    const isLimited = ({ deploy }: Service) => {
      const { cpus, memory, pids } = deploy?.resources?.limits ?? {};
      return [cpus, memory, pids].every((limit) => limit !== undefined);
    };
    expect(breaking(isLimited)).toEqual([]);
    const asked = services.map(([, { deploy }]) => Number(deploy?.resources?.limits?.cpus));
    expect(Math.max(...asked)).toBe(SMALLEST_MACHINE_CPUS);
  });

  test('leaves every service time to start on a slow machine before it counts as unhealthy', () => {
    const seconds = (text = '') => {
      const [, minutes, rest] = /^(?:(\d+)m)?(?:(\d+)s)?$/.exec(text) ?? [];
      return Number(minutes ?? 0) * 60 + Number(rest ?? 0);
    };
    const patience = ({ healthcheck: check }: Service) =>
      seconds(check?.start_period) + seconds(check?.interval) * (check?.retries ?? 0);
    const lasting = services.filter(([, { healthcheck }]) => healthcheck?.disable !== true);
    expect(lasting.filter(([, each]) => patience(each) < 100).map(([name]) => name)).toEqual([]);
  });

  test('gives no container a secret in its environment', () => {
    const opening = /PASSWORD|SECRET|TOKEN|PEPPER|_KEYS?$/;
    const isFile = (value: string | null) => value?.startsWith('/run/secrets/') ?? false;
    const told = services.flatMap(([name, { environment = {} }]) =>
      Object.entries(environment)
        .filter(([key, value]) => opening.test(key) && value !== '' && !isFile(value))
        .map(([key]) => `${name} ${key}`),
    );
    expect(told).toEqual([]);
    const addresses = services.map(([, { environment }]) => environment?.['DATABASE_URL'] ?? '');
    expect(addresses.filter((address) => /\/\/[^@]*:[^@]*@/.test(address))).toEqual([]);
  });

  test('gives each container the files of the secrets it is told of, and no others', () => {
    for (const [name, { environment = {}, secrets = [], volumes = [] }] of services) {
      const files = Object.values(environment).map((value) =>
        /^\/run\/secrets\/(\w+)$/.exec(value ?? ''),
      );
      const told = files.flatMap((match) => match?.[1] ?? []);
      const scripts = volumes
        .filter(({ target }) => target.endsWith('.sql'))
        .map(({ source }) => readFileSync(source, 'utf8'));
      const read = [...scripts.join('\n').matchAll(/\/run\/secrets\/(\w+)/g)].map(([, one]) => one);
      expect([name, secrets.map(({ source }) => source).sort()]).toEqual([
        name,
        [...new Set([...told, ...read])].sort(),
      ]);
    }
  });

  test('hands every secret of the product over by a file', () => {
    for (const [, { environment = {} }] of product) {
      const missing = SECRET_VARIABLES.filter(
        (name) => name !== 'DATABASE_URL' && !environment[`${name}_FILE`],
      );
      expect(missing).toEqual([]);
    }
  });

  test('mounts only files that are there, and none that a container may write', () => {
    const mounts = services.flatMap(([, { volumes = [] }]) => volumes);
    const bound = mounts.filter(({ type }) => type === 'bind');
    expect(bound.length).toBeGreaterThan(8);
    expect(bound.filter(({ source }) => !existsSync(source))).toEqual([]);
    expect(bound.filter(({ read_only: isReadOnly }) => isReadOnly !== true)).toEqual([]);
  });

  test('starts the product after the migrations, and these after a healthy database', () => {
    for (const name of ['worker', 'server', 'bot', 'codec']) {
      const { depends_on: needs } = composition.services[name] ?? {};
      expect(needs?.['migrate']?.condition).toBe('service_completed_successfully');
    }
    expect(composition.services['migrate']?.depends_on?.['postgres']?.condition).toBe(
      'service_healthy',
    );
  });
});

withReader('deploy/temporal-cloud.yml', () => {
  const cloud = { ...SETTINGS, TEMPORAL_ADDRESS: 'eu.example:7233', TEMPORAL_NAMESPACE: 'shop.a1' };
  const files = ['docker-compose.yml', 'deploy/temporal-cloud.yml'];
  const PROCESSES = ['migrate', 'worker', 'server', 'bot', 'codec'];

  test('leaves the Temporal server out and leads every process to the cloud', () => {
    const { composition, problem, status } = readCompose(files, cloud);
    expect([status, problem]).toEqual([0, '']);
    for (const name of PROCESSES) {
      const { environment, depends_on: needs = {} } = composition.services[name] ?? {};
      expect(environment?.['TEMPORAL_ADDRESS']).toBe('eu.example:7233');
      expect(environment?.['TEMPORAL_NAMESPACE']).toBe('shop.a1');
      expect(Object.keys(needs)).not.toContain('temporal');
    }
    expect(Object.keys(composition.services)).not.toContain('temporal');
  });

  test('with mTLS on top hands the certificate over, and a Web UI of one’s own', () => {
    const { composition, problem, status } = readCompose(
      [...files, 'deploy/temporal-cloud-mtls.yml'],
      cloud,
    );
    expect([status, problem]).toEqual([0, '']);
    for (const name of PROCESSES.filter((each) => each !== 'codec')) {
      const { environment, secrets = [] } = composition.services[name] ?? {};
      expect(environment?.['TEMPORAL_API_KEY_FILE']).toBe('');
      expect(environment?.['TEMPORAL_TLS_CLIENT_KEY_PATH']).toBe(
        '/run/secrets/temporal_client_key',
      );
      expect(secrets.map(({ source }) => source)).toContain('temporal_client_key');
    }
    const { profiles = [], networks = {} } = composition.services['temporal-ui'] ?? {};
    expect([profiles, Object.keys(networks)]).toEqual([[], ['front', 'outward']]);
  });

  test('asks for the address and the namespace', () => {
    expect(readCompose(files, SETTINGS).problem).toMatch(
      /set TEMPORAL_(ADDRESS|NAMESPACE) in .env/,
    );
  });
});

withReader('deploy/restore.yml', () => {
  test('lets PostgreSQL read its backups, and changes nothing else', () => {
    const files = ['docker-compose.yml', 'deploy/restore.yml'];
    const { composition, problem, status } = readCompose(files);
    expect([status, problem]).toEqual([0, '']);
    const usual = readCompose(['docker-compose.yml']).composition.services['postgres'];
    const { volumes = [], ...postgres } = composition.services['postgres'] ?? {};
    const added = volumes.filter(
      ({ target }) => !usual?.volumes?.some((each) => each.target === target),
    );
    expect(added.map(({ target, read_only: isReadOnly }) => [target, isReadOnly])).toEqual([
      ['/opt/backup', true],
      ['/backups', true],
    ]);
    const { BACKUP_DIR: folder, ...environment } = postgres.environment ?? {};
    expect(folder).toBe('/backups');
    expect({ ...postgres, environment, volumes: usual?.volumes }).toEqual(usual);
  });
});

withReader('deploy/rehearsal.yml', () => {
  const REHEARSAL_ENV = join(ROOT, '.env.example');
  const files = ['docker-compose.yml', 'deploy/rehearsal.yml'];

  test('adds a Telegram to the composition, and leaves every service as it is', () => {
    const { composition, problem, status } = readCompose(files, { ...SETTINGS, REHEARSAL_ENV });
    expect([status, problem]).toEqual([0, '']);
    const { telegram, ...services } = composition.services;
    const withoutSettings = (all: typeof services) =>
      Object.entries(all).map(([name, { env_file: _, ...service }]) => [name, service]);
    const usual = readCompose(['docker-compose.yml']).composition.services;
    expect(withoutSettings(services)).toEqual(withoutSettings(usual));
    expect(telegram?.ports).toEqual([
      expect.objectContaining({ host_ip: '127.0.0.1', published: '18081', target: 8081 }),
    ]);
  });

  test('is read by the rehearsal only', () => {
    expect(readCompose(files).problem).toContain('only scripts/compose-rehearsal.mjs reads');
  });
});

test('the Dockerfile runs as a user of its own and takes nothing of the checkout but what is named', () => {
  const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
  const last = text.slice(text.lastIndexOf('FROM '));
  expect(last).toMatch(/^USER (?!root)\S+$/m);
  expect(last).not.toMatch(/^COPY (?!--from=build)/m);
  for (const base of [...text.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)) {
    expect(base).toMatch(/^node:\d+\.\d+\.\d+-bookworm-slim$/);
  }
});
