// `npm run chaos`: runs every flow once, then again and again, and strikes each time somewhere else.
//
//   --flow card,refund    --victim worker,PostgreSQL,cut    only these
//   --every 8 --seed 1    every eighth moment of each flow and victim; 1 is all of them
//   --at '…'              one moment, as a red cell names it
//   --write               puts the table into docs/reliability.md
//
// Everything it kills is its own: PostgreSQL, Temporal and the product's processes, all on ports of their own.
import { requireTypeScript } from './load-typescript.mjs';
import { build, installPackages, requireNode } from './prepare.mjs';

requireNode();
await installPackages();
await build();
process.env.TEST_PATIENCE_MS ??= '120000';
const { chaos } = requireTypeScript()('../test/chaos/matrix/main.ts');
// The loader and the drivers of the cells keep handles open; the verdict is the end.
process.exit(await chaos(process.argv.slice(2)));
