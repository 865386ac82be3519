import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

const globals = new URL('./jest.globals.mjs', import.meta.url).href;
/** As tsconfig.base.json has it compiled. */
const options = {
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    keepClassNames: true,
  },
  module: { type: 'es6' },
  sourceMaps: 'inline',
};

/** Lets Node itself read our sources: TypeScript is compiled as it is loaded, packages of ours are found in `src`, Jest's words come from our runner. */
export function readSources() {
  process.setSourceMapsEnabled(true);
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === '@jest/globals'
        ? { url: globals, format: 'module', shortCircuit: true }
        : next(specifier, { ...context, conditions: ['@lianxin/source', ...context.conditions] }),
    load: (url, context, next) => {
      if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
      const filename = fileURLToPath(url);
      const { code } = transformSync(readFileSync(filename, 'utf8'), { ...options, filename, sourceFileName: filename });
      return { format: 'module', source: code, shortCircuit: true };
    },
  });
}
