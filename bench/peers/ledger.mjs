import { createRequire } from 'node:module';

// The same transaction as the product's, compiled from its sources.
const require = createRequire(import.meta.url);
export const { openLedger } = require('../../dist/bench/systems/ledger.js');
export const { serveSpends } = require('../../dist/bench/systems/endpoint.js');
