import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { nearestName } from '../../shared/json/nearest-name.ts';
import { DEPLOY_SETTINGS } from './deploy-settings.ts';
import { readStage, type Stage, StageFault } from './stage-settings.ts';

/** The packager's own reader of YAML. */
const parseYaml: (text: string) => unknown = createRequire(
  createRequire(import.meta.url).resolve('osls/package.json'),
)('js-yaml').load;

/** The settings that `serverless.yml` and the files of `template/` use. */
const usedSettings = (serviceDir: string): readonly string[] => {
  const template = join(serviceDir, 'template');
  const files = readdirSync(template).map((file) => join(template, file));
  const names = [join(serviceDir, 'serverless.yml'), ...files].flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/\$\{setting:([A-Z_]+)\}/g)].map(
      ([, name = '']) => name,
    ),
  );
  return [...new Set(names)];
};

/** All settings of a stage file. One that no function and no part of the template reads is none. */
export const knownSettings = (serviceDir: string): readonly string[] => [
  ...new Set([...usedSettings(serviceDir), ...DEPLOY_SETTINGS]),
];

const meant = (name: string, known: readonly string[]): string => {
  const nearest = nearestName(name, known);
  return nearest === undefined ? 'docs/settings.md has them all' : `did you mean ${nearest}?`;
};

const nameProblems = (serviceDir: string, { settings }: Stage): readonly string[] => {
  const known = knownSettings(serviceDir);
  return [
    ...Object.keys(settings)
      .filter((name) => !known.includes(name))
      .map((name) => `${name} is not a setting: ${meant(name, known)}`),
    ...usedSettings(serviceDir)
      .filter((name) => settings[name] === undefined)
      .map((name) => `${name} is not set: copy its line from stages/dev.yml`),
  ];
};

/** The file of a stage. Throws a {@link StageFault} with every name that is unknown or missing, and what to do. */
export const readStageFile = (serviceDir: string, stage: string): Stage => {
  const name = `stages/${stage}.yml`;
  const file = join(serviceDir, name);
  if (!existsSync(file))
    throw new StageFault(name, ['is missing: copy stages/dev.yml, and set what differs']);
  let content: unknown;
  try {
    content = parseYaml(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new StageFault(name, [`is not YAML: ${error instanceof Error ? error.message : error}`]);
  }
  const read = readStage(name, content);
  const problems = nameProblems(serviceDir, read);
  if (problems.length > 0) throw new StageFault(name, problems);
  return read;
};
