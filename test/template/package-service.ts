import { execFile } from 'node:child_process';
import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { deployedBundles } from '../support/bundles.ts';
import { onceARun } from '../support/once-a-run.ts';

const project = join(import.meta.dirname, '../..');

const templateSchema = v.object({
  Resources: v.record(
    v.string(),
    v.object({
      Type: v.string(),
      Properties: v.record(v.string(), v.unknown()),
      DeletionPolicy: v.optional(v.string()),
      UpdateReplacePolicy: v.optional(v.string()),
      UpdatePolicy: v.optional(v.unknown()),
      DependsOn: v.optional(v.unknown()),
    }),
  ),
  Outputs: v.record(v.string(), v.object({ Value: v.unknown() })),
});

export type Template = v.InferOutput<typeof templateSchema>;

/** Puts `serverless.yml` and what it names into a folder. The plugin stays where its packages are. */
const copyService = async (folder: string): Promise<void> => {
  for (const file of ['serverless.yml', 'template', 'stages', 'docs/openapi.json'])
    await cp(join(project, file), join(folder, file), { recursive: true });
  await symlink(join(project, 'build'), join(folder, 'build'));
};

/** A service in an empty folder, with the bundles of this run in `dist/`. */
export const prepareService = async (folder: string): Promise<void> => {
  await copyService(folder);
  await cp(await deployedBundles(), join(folder, 'dist'), { recursive: true });
};

/** What the packager has compiled: its own code, and its schema of `serverless.yml` under a hash. They halve its time. */
const CACHES = {
  NODE_COMPILE_CACHE: join(project, 'node_modules/.cache/node'),
  SLS_SCHEMA_CACHE_BASE_DIR: join(project, 'node_modules/.cache/osls'),
};

/** Runs the packager itself, as on a machine without AWS credentials whose environment is empty but for the settings. */
export const osls = (
  folder: string,
  settings: Readonly<Record<string, string>>,
  ...args: readonly string[]
) =>
  promisify(execFile)(
    process.execPath,
    [join(project, 'node_modules/osls/bin/serverless.js'), ...args],
    { cwd: folder, env: { ...CACHES, HOME: folder, ...settings } },
  );

const readPackage = async (folder: string, said: string) => {
  const made = join(folder, '.serverless');
  const text = await readFile(join(made, 'cloudformation-template-update-stack.json'), 'utf8');
  return {
    folder,
    template: v.parse(templateSchema, JSON.parse(text)),
    readZip: (name: string) => readFile(join(made, `${name}.zip`)),
    said,
  };
};

/** Packages a prepared service. */
export const packageService = async (
  folder: string,
  settings: Readonly<Record<string, string>> = {},
  { stage = 'dev', region = 'eu-central-1' } = {},
) => {
  const place = ['--stage', stage, '--region', region];
  const { stdout, stderr } = await osls(folder, settings, 'package', ...place);
  return readPackage(folder, stdout + stderr);
};

/** The package as it stands, without a setting of the shell. It takes seconds, so a run of the tests makes it once; read it only. */
export const packageOfRun = async () => {
  const folder = await onceARun('package', async (part) => {
    await prepareService(part);
    await writeFile(join(part, 'said.txt'), (await packageService(part)).said);
  });
  return readPackage(folder, await readFile(join(folder, 'said.txt'), 'utf8'));
};
