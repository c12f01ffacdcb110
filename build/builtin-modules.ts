import { builtinModules } from 'node:module';
import type { Plugin } from 'esbuild';

const namespace = 'builtin';

const prefix = /^node:/;

const names = builtinModules.map((name) => name.replace(prefix, '')).join('|');

/**
 * Loads Node's own modules through `process.getBuiltinModule`. An ESM import of `http` links every name that it exports, and
 * so loads all of fetch and WebSocket. CommonJS dependencies also need no `require` then, which an ES module lacks.
 */
export const builtinModulesUnlinked: Plugin = {
  name: 'builtin-modules-unlinked',
  setup(build) {
    build.onResolve({ filter: new RegExp(`^(node:)?(${names})$`) }, ({ path }) => ({
      path: path.replace(prefix, ''),
      namespace,
      sideEffects: false,
    }));
    build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}')`,
    }));
  },
};
