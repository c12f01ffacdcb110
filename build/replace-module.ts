import { dirname } from 'node:path';
import type { PluginBuild } from 'esbuild';

/** Puts other contents in the place of a package's file; its imports are resolved from where the file is. */
export const replaceModule = (build: PluginBuild, file: string, contents: string): void => {
  const filter = new RegExp(`[\\\\/]node_modules[\\\\/]${file.replaceAll('/', '[\\\\/]')}$`);
  build.onLoad({ filter }, ({ path }) => ({ contents, resolveDir: dirname(path) }));
};
