// `npm start`: does the whole set-up and runs everything on embedded defaults.
import { existsSync } from 'node:fs';
import Module from 'node:module';
import { join } from 'node:path';
import { build, fail, installPackages, requireNode, ROOT } from './prepare.mjs';

requireNode();
await installPackages();
await build();
const entry = join(ROOT, 'dist', 'src', 'main', 'dev.js');
if (!existsSync(entry)) fail(`${entry} was not built; src/main/dev.ts is missing`);
// It goes on in this very process: a process in between could be killed alone and would leave the rest running.
process.setSourceMapsEnabled(true);
process.chdir(ROOT);
process.argv[1] = entry;
Module.runMain();
