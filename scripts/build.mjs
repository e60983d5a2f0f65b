// `npm run build`: compiles to dist/ and bundles the workflows, as production runs them.
import { build, requireNode } from './prepare.mjs';

requireNode();
await build();
