import { builtinModules } from 'node:module';
import type { Plugin } from 'esbuild';

const namespace = 'builtin';

const prefix = /^node:/;

const names = builtinModules.map((name) => name.replace(prefix, '')).join('|');

/**
 * Loads Node's own modules through `process.getBuiltinModule`. An ESM import of one links every name that it exports and
 * so loads what stands behind lazy ones: behind `http`, all of fetch and WebSocket. It also spares CommonJS dependencies
 * their `require`, which an ES module does not have.
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
