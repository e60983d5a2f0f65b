// Writes the types of the TypeScript client from the routes of the API.
//
//   npm run clients:generate            writes clients/typescript/src/schema.ts
//   npm run clients:generate -- check   says whether it is what the routes would give, and fails when it is not
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';
import { requireTypeScript } from './load-typescript.mjs';

const FILE = new URL('../clients/typescript/src/schema.ts', import.meta.url);
const HEAD =
  '// Made from the routes by `npm run clients:generate`; a change here is overwritten.\n';

const require = requireTypeScript();
const { ROUTES } = require('../src/http/api/index.ts');
const { apiDocument } = require('../src/http/api/document.ts');

const document = apiDocument(ROUTES);
// Any JSON contains itself, which a type of this kind cannot say.
const { schemas } = document.components;
for (const name of Object.keys(schemas)) if (name.startsWith('__')) schemas[name] = {};
// What has a default may be left out of a request.
const tree = await openapiTS(JSON.stringify(document), { defaultNonNullable: false });
const wanted = HEAD + astToString(tree);

if (process.argv[2] !== 'check') writeFileSync(FILE, wanted);
else if (readFileSync(FILE, 'utf8') !== wanted) {
  console.error('The client is older than the routes; run `npm run clients:generate`.');
  process.exitCode = 1;
}
