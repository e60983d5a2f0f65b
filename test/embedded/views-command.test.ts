import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SAVED_VIEWS, viewUrl } from '../../src/domain/billing/saved-views';
import { ROOT } from '../support/house/tree';

// `npm run views` as an operator types it: the compiled command, which `npm test` builds.

const run = promisify(execFile);
const COMMAND = join(ROOT, 'dist', 'src', 'main', 'views.js');
const WEB_UI = { baseUrl: 'https://temporal.example', namespace: 'billing' };
const ENV = {
  DATABASE_URL: 'postgres://billing@db:5432/billing',
  TELEGRAM_BOT_TOKEN: '123456:ABCDEF',
  API_KEY_PEPPER: 'a-pepper-of-at-least-32-characters',
  DATA_KEY: 'a-data-key-of-at-least-32-characters',
  PUBLIC_BASE_URL: 'https://billing.example',
  TEMPORAL_NAMESPACE: WEB_UI.namespace,
};

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'views-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Where no running product could lend it its environment. */
function views(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const own = { PATH: process.env['PATH'], ...ENV, ...env };
  return run(process.execPath, [COMMAND, ...args], { cwd: folder, env: own });
}

/** Instants in queries are those of the moment: any of them will do. */
const undated = (text: string) => text.replace(/\d{4}-\d\d-\d\dT[\d:.%A]+Z/g, 'NOW');

test('it prints every view with what it finds, its query and its link', async () => {
  const { stdout } = await views([], { TEMPORAL_UI_URL: WEB_UI.baseUrl });
  const printed = SAVED_VIEWS.map((view) => {
    const nowMs = Date.now();
    return `${view.name}: ${view.finds}\n  ${view.query(nowMs)}\n  ${viewUrl(WEB_UI, view, nowMs)}\n\n`;
  });
  expect(undated(stdout)).toBe(undated(printed.join('')));
});

test('--json prints the same for programs, and nothing beside it', async () => {
  const { stdout } = await views(['--json'], { TEMPORAL_UI_URL: WEB_UI.baseUrl });
  const told = JSON.parse(stdout) as { name: string; query: string; url: string; remedy: string }[];
  expect(told.map(({ name }) => name)).toEqual(SAVED_VIEWS.map(({ name }) => name));
  for (const { name, query, url, remedy } of told) {
    const { origin, pathname, searchParams } = new URL(url);
    expect(`${origin}${pathname}`).toBe(`${WEB_UI.baseUrl}/namespaces/billing/workflows`);
    expect(Object.fromEntries(searchParams)).toEqual({ query, savedQuery: name });
    expect(remedy).toMatch(/\w/);
  }
});

test('without the address of the Web UI it says which setting is missing', async () => {
  const failed = views([]).catch((error: { code: number; stderr: string }) => error);
  expect(await failed).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('TEMPORAL_UI_URL is not set; see .env.example') as string,
  });
});
