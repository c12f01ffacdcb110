import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldConditions, isEntries, type Node } from './fold-conditions.ts';
import { markOf } from './parameter-marks.ts';
import { LITERALS, parameterName, parametersOf } from './plain-parameters.ts';
import { type PlainSource, plainTemplate } from './plain-template.ts';
import { settingTexts } from './setting-texts.ts';
import { type SettingValue, type Stage, settingOf } from './stage-settings.ts';
import { writeYaml } from './write-yaml.ts';

type Entries = Readonly<Record<string, Node>>;

const SETTINGS_PAGE = join(import.meta.dirname, '../../docs/settings.md');

/** In the plain template a setting is a mark of its parameter, until osls is done. */
export const plainSetting = (name: string, stage: Stage): SettingValue => {
  settingOf(name, stage, {});
  return LITERALS[name] ?? markOf(parameterName(name));
};

/** A template with the defaults of the parameters in their places, and without conditions, to be checked as a stage's is. */
export const withDefaults = (template: Entries, stage: Stage): Entries => {
  const values = new Map(
    Object.keys(stage.settings).map((name) => [parameterName(name), settingOf(name, stage, {})]),
  );
  const fill = (part: Node): Node => {
    if (Array.isArray(part)) return part.map(fill);
    if (!isEntries(part)) return part;
    const value = typeof part.Ref === 'string' ? values.get(part.Ref) : undefined;
    if (value !== undefined) return value;
    return Object.fromEntries(Object.entries(part).map(([key, item]) => [key, fill(item)]));
  };
  return foldConditions(
    Object.fromEntries(Object.entries(template).map(([section, node]) => [section, fill(node)])),
  );
};

export interface PlainPackage {
  readonly serviceDir: string;
  /** The names that osls gives things of this service and stage. */
  readonly names: readonly string[];
  readonly stage: Stage;
  readonly template: Entries;
  readonly functions: PlainSource['functions'];
}

/** Writes `dist/template.yml`. */
export const writePlain = ({
  serviceDir,
  names,
  stage,
  template,
  functions,
}: PlainPackage): void => {
  const parameters = parametersOf(stage, settingTexts(readFileSync(SETTINGS_PAGE, 'utf8')));
  const plain = plainTemplate({
    template,
    parameters,
    names,
    functions,
  });
  writeFileSync(join(serviceDir, 'dist/template.yml'), writeYaml(plain));
};
