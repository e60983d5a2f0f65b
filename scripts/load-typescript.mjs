import { createRequire } from 'node:module';

/** A `require` that understands TypeScript, for scripts which must not wait for a build. Needs node_modules. */
export function requireTypeScript() {
  const require = createRequire(import.meta.url);
  const { transformFileSync } = require('@swc/core');
  require.extensions['.ts'] = (module, filename) => {
    const { code } = transformFileSync(filename, {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'commonjs' },
      sourceMaps: 'inline',
    });
    module._compile(code, filename);
  };
  return require;
}
