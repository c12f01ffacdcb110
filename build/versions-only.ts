import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

/** Of a `package.json`, code reads name and version. The rest, some 2 KB each, stays out. */
export const versionsOnly: Plugin = {
  name: 'versions-only',
  setup(build) {
    build.onLoad({ filter: /[\\/]package\.json$/ }, ({ path }) => {
      const { name, version } = JSON.parse(readFileSync(path, 'utf8'));
      return { contents: JSON.stringify({ name, version }), loader: 'json' };
    });
  },
};
