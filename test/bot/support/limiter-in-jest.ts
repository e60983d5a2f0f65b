import { readFileSync } from 'node:fs';
import { runInThisContext } from 'node:vm';
import { transformSync } from '@swc/core';

type Run = (module: object, exports: unknown, require: (name: string) => unknown) => void;

/**
 * The limiter's Drizzle store loads drizzle-orm by a dynamic import, which Jest's sandbox refuses in files that it does
 * not compile. This compiles that one file of the package as the tests are compiled, and changes nothing else.
 */
jest.mock('rate-limiter-flexible/lib/RateLimiterDrizzle', () => {
  const path = require.resolve('rate-limiter-flexible/lib/RateLimiterDrizzle');
  const { code } = transformSync(readFileSync(path, 'utf8'), {
    module: { type: 'commonjs' },
    jsc: { target: 'es2022' },
  });
  const loaded: { exports: unknown } = { exports: {} };
  const load = (name: string): unknown =>
    jest.requireActual(name.startsWith('./') ? `rate-limiter-flexible/lib/${name.slice(2)}` : name);
  const run = runInThisContext(`(module, exports, require) => {${code}\n}`) as Run;
  run(loaded, loaded.exports, load);
  return loaded.exports;
});
