import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support/house/tree';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'supply-chain-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ran {
  readonly code: number | null;
  readonly out: string;
}

/** A command of ours as `npm run` would start it. */
function run(
  script: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Ran> {
  const child = spawn(process.execPath, [join(ROOT, 'scripts', script), ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => (out += bytes.toString()));
  }
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out })));
}

interface Locked {
  readonly version: string;
  readonly name?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly [member: string]: unknown;
}

const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Locked>;
};

/** The lock file with one package more or other. */
function planted(name: string, change: Partial<Locked>): string {
  const file = join(folder, `${name}.json`);
  const usual = {
    version: '1.0.0',
    license: 'MIT',
    resolved: 'https://registry.npmjs.org/planted/-/planted-1.0.0.tgz',
    integrity: `sha512-${'a'.repeat(86)}==`,
  };
  const packages = { ...lock.packages, 'node_modules/planted': { ...usual, ...change } };
  writeFileSync(file, JSON.stringify({ ...lock, packages }));
  return file;
}

describe('licences', () => {
  test('of production are all agreed to, those installed say the same, and the page is of today', async () => {
    expect(await run('licences.mjs', ['--check'])).toEqual({
      code: 0,
      out: expect.stringMatching(/^\d+ packages, all under licences that are agreed to/),
    });
  });

  test.each([
    ['GPL-3.0-only', 'planted@1.0.0 is under GPL-3.0-only'],
    ['MIT AND GPL-2.0-or-later', 'planted@1.0.0 is under MIT AND GPL-2.0-or-later'],
    ['UNLICENSED', 'planted@1.0.0 is under UNLICENSED'],
    [undefined, 'planted@1.0.0 declares no licence'],
  ])('of a new kind are refused: %s', async (license, words) => {
    const file = planted('licence', { license });
    expect(await run('licences.mjs', ['--lock', file])).toEqual({
      code: 1,
      out: expect.stringContaining(words),
    });
  });

  test('that leave a choice are fine where one of them is', async () => {
    const file = planted('choice', { license: '(GPL-3.0-only OR MIT)' });
    expect((await run('licences.mjs', ['--lock', file])).code).toBe(0);
  });
});

describe('the lock file', () => {
  test.each([
    ['without a hash', { integrity: undefined }, 'has no sha512'],
    ['with a weak hash', { integrity: 'sha1-aaaa' }, 'has no sha512'],
    [
      'from elsewhere',
      { resolved: 'https://evil.example/a.tgz' },
      'comes from https://evil.example',
    ],
    ['with a script of its own', { hasInstallScript: true }, 'allowScripts does not name it'],
  ])('may hold no package %s', async (_what, change, words) => {
    const file = planted('flaw', change);
    expect(await run('audit.mjs', ['--lock', file])).toEqual({
      code: 1,
      out: expect.stringContaining(words),
    });
  });

  test('has none of these', async () => {
    const { code, out } = await run('audit.mjs', ['--lock', join(ROOT, 'package-lock.json')]);
    expect([code, out]).toEqual([
      0,
      expect.stringContaining('Every package that this platform takes has its hash'),
    ]);
  });
});

describe('the audit', () => {
  let registry: Server;
  let answer: { readonly status: number; readonly body: unknown };
  beforeAll(async () => {
    registry = createServer((request, response) => {
      request.resume();
      const isAudit = request.url?.startsWith('/-/npm/') ?? false;
      const name = decodeURIComponent((request.url ?? '/').slice(1));
      const { status, body } = isAudit ? answer : { status: 200, body: { name, versions: {} } };
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
    await new Promise<void>((done) => registry.listen(0, '127.0.0.1', done));
  });
  afterAll(() => {
    registry.close();
    registry.closeAllConnections();
  });

  const audit = () => {
    const { port } = registry.address() as AddressInfo;
    return run('audit.mjs', [], {
      npm_config_registry: `http://127.0.0.1:${port}/`,
      npm_config_cache: join(folder, 'cache'),
      npm_config_fetch_retries: '0',
    });
  };

  test('passes where the registry knows of nothing', async () => {
    answer = { status: 200, body: {} };
    const { code, out } = await audit();
    expect([code, out]).toEqual([0, expect.stringContaining('no vulnerability is known')]);
  });

  test('fails where it knows of something', async () => {
    const advisory = {
      ...{ id: 1, url: 'https://advisories.example/1', title: 'a hole', severity: 'high' },
      ...{ vulnerable_versions: '<99.0.0', cwe: [], cvss: { score: 8, vectorString: null } },
    };
    answer = { status: 200, body: { express: [advisory] } };
    const { code, out } = await audit();
    expect([code, out]).toEqual([1, expect.stringContaining('express')]);
  });

  test('says that nothing is known where the registry does not answer, and is no pass', async () => {
    answer = { status: 404, body: { error: 'not found' } };
    const { code, out } = await audit();
    expect([code, out]).toEqual([2, expect.stringContaining('NOT DONE')]);
    expect(out).not.toContain('no vulnerability is known');
  });
});

describe('the list of components', () => {
  interface Component {
    readonly type: string;
    readonly name: string;
    readonly group?: string;
    readonly version: string;
    readonly purl: string;
    readonly hashes?: readonly { readonly alg: string }[];
    readonly licenses?: readonly unknown[];
  }
  interface Bom {
    readonly bomFormat: string;
    readonly specVersion: string;
    readonly metadata: { readonly component: Component };
    readonly components: readonly Component[];
    readonly dependencies: readonly { readonly ref: string }[];
  }
  let bom: Bom;
  let text: string;
  const fullName = ({ group, name }: Component) =>
    group === undefined ? name : `${group}/${name}`;

  beforeAll(async () => {
    const file = join(folder, 'sbom.json');
    const { code, out } = await run('sbom.mjs', ['--output', file]);
    if (code !== 0) throw new Error(out);
    text = readFileSync(file, 'utf8');
    bom = JSON.parse(text) as Bom;
  });

  test('is CycloneDX, about this product, with an address and a hash for each', () => {
    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
    expect(bom.metadata.component.name).toBe('telegram-billing');
    for (const one of bom.components) expect(one.purl).toMatch(/^pkg:npm\/.+@.+/);
    expect(bom.dependencies.length).toBeGreaterThanOrEqual(bom.components.length);
  });

  test('holds every package of the lock file that production needs, and no other', () => {
    const needed = Object.entries(lock.packages)
      .filter(([at, one]) => at !== '' && !one.dev && !one.link)
      .map(([at, one]) => `${one.name ?? at.replace(/^.*node_modules\//, '')}@${one.version}`);
    const listed = bom.components.map((one) => `${fullName(one)}@${one.version}`);
    expect([...new Set(listed)].sort()).toEqual([...new Set(needed)].sort());
    expect(listed.length).toBeGreaterThan(100);
  });

  test('is the same each time, and names nobody’s machine', async () => {
    const file = join(folder, 'again.json');
    await run('sbom.mjs', ['--output', file]);
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(text).not.toContain(ROOT);
  });
});
