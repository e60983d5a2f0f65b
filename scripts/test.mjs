// `npm test`: does the whole set-up and runs the tests. Arguments go to Jest: `npm test -- test/bot`.
import { join } from 'node:path';
import { findOrInstallBrowser } from './browser.mjs';
import { cleanCommit, recordOutcome } from './green.mjs';
import { installJudges } from './judges.mjs';
import { build, installPackages, requireNode, ROOT, runToTheEnd } from './prepare.mjs';

requireNode();
const wanted = process.argv.slice(2);
// Only the whole suite says anything about a commit.
const commit = wanted.length === 0 ? cleanCommit() : undefined;
await installPackages();
// The chaos tests kill real processes, which run compiled as in production.
await build();
const browser = await findOrInstallBrowser();
if (browser !== undefined) process.env.CHROMIUM_PATH = browser;
await installJudges();
const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
process.exitCode = await runToTheEnd(process.execPath, [jest, ...wanted]);
// Whatever ended Jest before its tear-down, its servers must not stay behind.
const { requireTypeScript } = await import('./load-typescript.mjs');
const { endAbandonedServers } = requireTypeScript()('../test/support/servers/abandoned.ts');
await endAbandonedServers((line) => console.error(line));
recordOutcome(commit, process.exitCode === 0);
