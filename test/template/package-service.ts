import { execFile } from 'node:child_process';
import { cp, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { bundleFunction, functionNames } from '../../build/bundle.ts';

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

/**
 * Bundles the functions into `dist/` of an empty folder, where `serverless.yml` comes to lie beside it. The plugin stays
 * where its packages are.
 */
export const prepareService = async (folder: string): Promise<void> => {
  const outdir = join(folder, 'dist');
  for (const file of ['serverless.yml', 'template', 'stages', 'docs/openapi.json'])
    await cp(join(project, file), join(folder, file), { recursive: true });
  await symlink(join(project, 'build'), join(folder, 'build'));
  for (const name of functionNames)
    await bundleFunction(name, { outdir, credentials: 'environment' });
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
    { cwd: folder, env: { HOME: folder, ...settings } },
  );

/** Packages a prepared service. */
export const packageService = async (
  folder: string,
  settings: Readonly<Record<string, string>> = {},
  { stage = 'dev', region = 'eu-central-1' } = {},
) => {
  const place = ['--stage', stage, '--region', region];
  const { stdout, stderr } = await osls(folder, settings, 'package', ...place);
  const made = join(folder, '.serverless');
  const text = await readFile(join(made, 'cloudformation-template-update-stack.json'), 'utf8');
  return {
    template: v.parse(templateSchema, JSON.parse(text)),
    readZip: (name: string) => readFile(join(made, `${name}.zip`)),
    said: stdout + stderr,
  };
};
