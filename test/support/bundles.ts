import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BundleOptions, bundleFunction, functionNames } from '../../build/bundle.ts';
import type { ModuleOf } from '../../local/start-functions.ts';
import { onceARun } from './once-a-run.ts';

const OPENAPI = 'docs/openapi.json';

/** Bundles in `dist/`, and beside it the page that accept-http serves: as in the zips. */
const bundlesFor = async (credentials: BundleOptions['credentials']): Promise<string> => {
  const folder = await onceARun(`bundles-${credentials}`, async (part) => {
    const outdir = join(part, 'dist');
    await Promise.all(functionNames.map((name) => bundleFunction(name, { outdir, credentials })));
    await cp(join(import.meta.dirname, '../..', OPENAPI), join(part, OPENAPI));
  });
  return join(folder, 'dist');
};

/** The folder of the functions as they are deployed, bundled once a run. Read it only. */
export const deployedBundles = (): Promise<string> => bundlesFor('environment');

/** The functions of embedded stacks, bundled: a stack starts in half the time that it needs to load the sources. */
export const bundledFunctions = async (): Promise<ModuleOf> => {
  const folder = await bundlesFor('any');
  return (name) => pathToFileURL(join(folder, name, 'index.mjs'));
};
