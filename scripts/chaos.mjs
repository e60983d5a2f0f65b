// `npm run chaos`: runs every flow once, then again and again, and strikes each time somewhere else.
//
//   --flow card,refund    --victim worker,PostgreSQL,cut    only these
//   --every 8 --seed 1    every eighth moment of each flow and victim; 1 is all of them
//   --resume              leaves out what earlier runs have struck and found well; the table counts them all
//   --minutes 30          begins nothing after that time
//   --stacks 2            so many products side by side, each with its part of the cells
//   --at '…' --at '…'     these moments in one run, as a red one names them
//   --list                names what would be struck
//   --write               puts the table into docs/reliability.md
//
// What was found stays in .data/chaos, one file for each stack of a run.
// Everything it kills is its own: PostgreSQL, Temporal and the product's processes, all on ports of their own.
import { requireTypeScript } from './load-typescript.mjs';
import { build, installPackages, requireNode } from './prepare.mjs';

requireNode();
await installPackages();
await build();
process.env.TEST_PATIENCE_MS ??= '240000';
process.env.TEST_PAUSE_MS ??= '250';
const { chaos } = requireTypeScript()('../test/chaos/matrix/main.ts');
// The loader and the drivers of the cells keep handles open; the verdict is the end.
process.exit(await chaos(process.argv.slice(2)));
