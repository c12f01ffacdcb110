import { readdirSync } from 'node:fs';
import { join, parse } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { builtinModulesUnlinked } from './builtin-modules.ts';
import { environmentCredentialsOnly } from './environment-credentials.ts';
import { undiciRequestOnly } from './undici-request.ts';
import { versionsOnly } from './versions-only.ts';

const project = join(import.meta.dirname, '..');
const functions = join(project, 'functions');

/** Each file right in `functions/` is a function. */
export const functionNames: readonly string[] = readdirSync(functions, { withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ name }) => parse(name).name);

export interface BundleOptions {
  /** The folder that gets a folder for each function. */
  readonly outdir: string;
  /** `environment`: as on Lambda, and only there. `any`: the SDK's whole chain, about 15 ms of cold start. */
  readonly credentials: 'environment' | 'any';
}

export interface Bundle {
  readonly file: string;
  readonly bytes: number;
  /** Bytes by package, the most first; what is the project's own counts as `own`. */
  readonly parts: readonly (readonly [name: string, bytes: number])[];
}

/**
 * Makes a folder of a function and all that it needs, the SDK too. `index.mjs` is what a cold start loads. What the code
 * imports by `import()` lies beside it in files named `later-…`, which are loaded when they are needed.
 *
 * The source map stays out of the zip: loading it costs 5 to 12 ms at start. It is for looking up, by hand, what a stack
 * trace in the logs means.
 */
export const bundleFunction = async (
  name: string,
  { outdir, credentials }: BundleOptions,
): Promise<Bundle> => {
  const { metafile } = await build({
    absWorkingDir: project,
    entryPoints: { index: join(functions, `${name}.ts`) },
    outdir: join(outdir, name),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    // In one file, even a part that runs later is parsed at start: undici alone took 80 ms.
    chunkNames: 'later-[hash]',
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    // Loaded at the first event stream only, which neither SQS nor EventBridge has. Bundled, it would put every module
    // that it shares with the rest in a wrapper of its own.
    external: ['@smithy/core/event-streams'],
    plugins: [
      builtinModulesUnlinked,
      undiciRequestOnly,
      versionsOnly,
      ...(credentials === 'environment' ? [environmentCredentialsOnly] : []),
    ],
    sourcemap: 'external',
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
  });
  return measure(metafile);
};

const measure = ({ outputs }: Metafile): Bundle => {
  const [file, output] = Object.entries(outputs).find(([path]) => /\/index\.mjs$/.test(path)) ?? [];
  if (file === undefined || output === undefined) throw new Error('esbuild wrote no bundle');
  const byPackage = Map.groupBy(Object.entries(output.inputs), ([path]) => packageOf(path));
  const parts = [...byPackage].map(
    ([name, inputs]) => [name, inputs.reduce((sum, [, i]) => sum + i.bytesInOutput, 0)] as const,
  );
  return { file, bytes: output.bytes, parts: parts.toSorted(([, a], [, b]) => b - a) };
};

const packageOf = (path: string): string =>
  /.*\bnode_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? 'own';
