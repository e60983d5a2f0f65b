import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { downloadCli } from '../../src/embedded/temporal/download';
import { findTemporal } from '../../src/embedded/temporal/source';
import { freshFolder } from './folders';

jest.mock('../../src/embedded/temporal/download', () => ({
  ...jest.requireActual<object>('../../src/embedded/temporal/download'),
  downloadCli: jest.fn(),
}));
const download = jest.mocked(downloadCli);
const report = () => undefined;

function executable(path: string, script = 'exit 0'): string {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** Every place where Temporal can be found, in a machine made of folders. */
function machine() {
  const root = freshFolder('machine');
  const cache = join(root, 'cache', 'telegram-billing');
  const env = { PATH: join(root, 'bin'), XDG_CACHE_HOME: join(root, 'cache') };
  return {
    env,
    setting: () => executable(join(root, 'anywhere', 'my-temporal')),
    onPath: () => executable(join(root, 'bin', 'temporal')),
    downloaded: () => executable(join(cache, 'cli', 'temporal')),
    built: () => {
      executable(join(cache, 'temporal-1.32.0', 'temporal-server'));
      executable(join(cache, 'temporal-1.32.0', 'temporal-sql-tool'));
      return executable(join(cache, 'temporal-ui-2.54.1', 'temporal-ui-server'));
    },
    go: (version: string) => executable(join(root, 'bin', 'go'), `echo ${version}; [ "$1" = env ]`),
  };
}

beforeEach(() => {
  download.mockReset();
  download.mockResolvedValue({ kind: 'failed', reason: 'no way out' });
});

test('TEMPORAL_ADDRESS comes first', async () => {
  const { env, setting, onPath } = machine();
  onPath();
  const search = {
    env: { ...env, TEMPORAL_ADDRESS: 'here:7233', TEMPORAL_CLI_PATH: setting() },
    report,
  };
  expect(await findTemporal(search)).toEqual({ kind: 'address', address: 'here:7233' });
});

test('TEMPORAL_CLI_PATH comes before a CLI on PATH', async () => {
  const { env, setting, onPath } = machine();
  onPath();
  const path = setting();
  const found = await findTemporal({ env: { ...env, TEMPORAL_CLI_PATH: path }, report });
  expect(found).toEqual({ kind: 'cli', path, origin: 'TEMPORAL_CLI_PATH' });
});

test('a TEMPORAL_CLI_PATH that leads nowhere is refused and not passed over', async () => {
  const { env, onPath } = machine();
  onPath();
  await expect(
    findTemporal({ env: { ...env, TEMPORAL_CLI_PATH: '/nowhere' }, report }),
  ).rejects.toThrow('TEMPORAL_CLI_PATH names /nowhere, which is not an executable file');
});

test('a CLI on PATH comes before one that was downloaded', async () => {
  const { env, onPath, downloaded } = machine();
  downloaded();
  const path = onPath();
  expect(await findTemporal({ env, report })).toEqual({ kind: 'cli', path, origin: 'PATH' });
});

test('a downloaded CLI comes before a built server', async () => {
  const { env, downloaded, built } = machine();
  built();
  const path = downloaded();
  expect(await findTemporal({ env, report })).toMatchObject({ kind: 'cli', path });
});

test('a built server is used without trying a download', async () => {
  const { env, built } = machine();
  const webUi = built();
  expect(await findTemporal({ env, report })).toMatchObject({ kind: 'built', binaries: { webUi } });
  expect(download).not.toHaveBeenCalled();
});

test('a server that wrote the data there are comes before a CLI that was installed later', async () => {
  const { env, onPath, built } = machine();
  onPath();
  built();
  expect(await findTemporal({ env, report, dataOf: 'built' })).toMatchObject({ kind: 'built' });
});

test('a download that succeeds needs no Go', async () => {
  const { env } = machine();
  download.mockResolvedValue({ kind: 'done', path: '/cache/temporal' });
  expect(await findTemporal({ env, report })).toMatchObject({
    kind: 'cli',
    path: '/cache/temporal',
  });
});

test('without network and without Go the message names every way out', async () => {
  const { env } = machine();
  const failure = findTemporal({ env, report });
  await expect(failure).rejects.toThrow(/TEMPORAL_ADDRESS=/);
  await expect(failure).rejects.toThrow(/TEMPORAL_CLI_PATH=/);
  await expect(failure).rejects.toThrow(/now: no way out/);
  await expect(failure).rejects.toThrow(/now: Go is not installed/);
});

test('a Go that is too old is named with its version', async () => {
  const { env, go } = machine();
  go('go1.19.8');
  await expect(findTemporal({ env, report })).rejects.toThrow(
    /the installed Go is go1\.19\.8, which is too old/,
  );
});

test('a build that fails says what Go said', async () => {
  const { env, go } = machine();
  executable(
    join(env.PATH, 'go'),
    'if [ "$1" = env ]; then echo go1.26.8; else echo "no route to proxy" >&2; exit 1; fi',
  );
  expect(go).toBeDefined();
  await expect(findTemporal({ env: { ...process.env, ...env }, report })).rejects.toThrow(
    /no route to proxy/,
  );
});
