import { execFileSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { functionNames } from './bundle.ts';
import { zipName } from './osls/live-alias.ts';

/**
 * `npm run package -- --stage prod`: builds and packages as the deployment does, without AWS. Then it writes what is
 * published: `dist/template.yml`, and in `dist/release` each function's zip, named by its content, with the source maps
 * beside it.
 */
const project = join(import.meta.dirname, '..');
const dist = join(project, 'dist');

const osls = (...args: readonly string[]): void => {
  execFileSync(process.execPath, [join(project, 'node_modules/osls/bin/serverless.js'), ...args], {
    cwd: project,
    stdio: 'inherit',
  });
};

const release = async (name: string): Promise<void> => {
  const zip = join(project, '.serverless', `${name}.zip`);
  const published = join(dist, 'release', zipName(name, await readFile(zip)));
  await cp(zip, `${published}.zip`);
  await mkdir(`${published}.maps`);
  for (const file of await readdir(join(dist, name)))
    if (file.endsWith('.map')) await cp(join(dist, name, file), join(`${published}.maps`, file));
};

try {
  await import('../build.ts');
  const aside = join(dist, 'plain');
  console.log('The template for SAM, CDK and Terraform, with the defaults of prod:');
  osls('package', '--stage', 'prod', '--param', 'plain=true', '--package', aside);
  await rm(aside, { recursive: true });
  osls('package', ...process.argv.slice(2));
  await mkdir(join(dist, 'release'));
  for (const name of functionNames) await release(name);
  console.log(
    '\nPublished: dist/template.yml, for every stage, and in dist/release the zips with their source maps.',
  );
} catch {
  // osls has said what is wrong.
  process.exitCode = 1;
}
