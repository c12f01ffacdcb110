import { readFileSync } from 'node:fs';
import { strayVariables } from '../../shared/json/nearest-name.ts';
import { checkPackage } from './check-package.ts';
import { busProblems } from './deploy-settings.ts';
import { foldConditions, isEntries } from './fold-conditions.ts';
import { aliasId, aliasResource, pointAtAlias, versionOf, zipName } from './live-alias.ts';
import type { Asked, Options, Osls, Source, Tools } from './osls.ts';
import { referAtMarks } from './parameter-marks.ts';
import { knownSettings, readStageFile } from './stage-file.ts';
import {
  overridesIn,
  type SettingValue,
  type Stage,
  StageFault,
  settingOf,
} from './stage-settings.ts';
import { tidyTemplate } from './tidy-template.ts';
import { plainSetting, withDefaults, writePlain } from './write-plain.ts';

/** osls itself would say what is wrong in the file once for each setting, with a stack trace. */
const readStageOf = ({ serviceDir, classes }: Osls, stage: string): Stage => {
  try {
    return readStageFile(serviceDir, stage);
  } catch (error) {
    if (!(error instanceof StageFault)) throw error;
    throw new classes.Error(error.message, 'STAGE');
  }
};

const refuse = (osls: Osls, problems: readonly string[]): void => {
  if (problems.length === 0) return;
  const lines = problems.map((problem) => `  ${problem}`).join('\n');
  throw new osls.classes.Error(`These settings cannot start:\n${lines}`, 'SETTINGS');
};

const pointAtAliases = ({ service }: Osls): void => {
  for (const [name, lambda] of Object.entries(service.functions)) pointAtAlias(name, lambda);
};

/** By function: the version that this package makes of it, and what names its zip. */
type Made = Record<string, { readonly version: string; readonly zip: string }>;

/** Each version says which zip it was made of, so that its source maps can be found. */
const addAliases = ({ service }: Osls): Made => {
  const { Resources } = service.provider.compiledCloudFormationTemplate;
  const made: Made = {};
  for (const [name, lambda] of Object.entries(service.functions)) {
    const version = versionOf(name, lambda);
    const zip = zipName(name, readFileSync(lambda.package?.artifact ?? ''));
    made[name] = { version, zip };
    Resources[aliasId(name)] = aliasResource(name, lambda);
    const resource = Resources[version];
    if (!isEntries(resource) || !isEntries(resource.Properties)) continue;
    const Properties = { ...resource.Properties, Description: zip };
    Resources[version] = { ...resource, Properties };
  }
  return made;
};

const settle = ({ service: { provider } }: Osls): void => {
  const referring = referAtMarks(provider.compiledCloudFormationTemplate);
  const template = tidyTemplate(foldConditions(isEntries(referring) ? referring : {}));
  Object.assign(provider.compiledCloudFormationTemplate, template);
  if (template.Conditions === undefined) delete provider.compiledCloudFormationTemplate.Conditions;
};

const regionOf = (osls: Osls): string => osls.getProvider('aws').getRegion();

/** Before the upload the account is known at last. */
const placeProblems = async (osls: Osls, stage: Stage): Promise<readonly string[]> => {
  const arn = String(settingOf('INTENTS_BUS_ARN', stage, process.env));
  if (arn === 'default') return [];
  const account = await osls.getProvider('aws').getAccountId();
  return busProblems({ INTENTS_BUS_ARN: arn }, { region: regionOf(osls), account });
};

/**
 * What osls lacks: settings from the stage's file, an alias for each function, and a check that the packaged functions
 * would start. A package that fails the check is neither written nor deployed. With `--param plain=true` it writes
 * `dist/template.yml` besides: the same template with a parameter for each setting.
 */
export default class JobFaninPlugin {
  readonly hooks: Readonly<Record<string, () => unknown>>;
  readonly configurationVariablesSources: {
    readonly setting: Source<SettingValue>;
    readonly stage: Source<Stage['tags']>;
  };
  readonly #osls: Osls;
  readonly #isPlain: boolean;
  readonly #stage: Stage;
  #made: Made = {};

  constructor(osls: Osls, { stage = 'dev', param = [] }: Options, { log }: Tools) {
    this.#stage = readStageOf(osls, stage);
    this.#osls = osls;
    this.#isPlain = param.includes('plain=true');
    this.configurationVariablesSources = {
      setting: { resolve: async (asked) => ({ value: this.#setting(asked) }) },
      // `${stage:tags}`
      stage: { resolve: async () => ({ value: this.#stage.tags }) },
    };
    this.hooks = {
      'before:package:compileFunctions': () => pointAtAliases(osls),
      'after:package:compileFunctions': () => {
        this.#made = addAliases(osls);
      },
      'after:aws:package:finalize:mergeCustomProviderResources': () => this.#finish(log),
      'after:package:finalize': () => this.#isPlain && this.#writePlain(stage),
      'before:deploy:deploy': async () => refuse(osls, await placeProblems(osls, this.#stage)),
    };
  }

  #setting({ address }: Asked): SettingValue {
    return this.#isPlain
      ? plainSetting(address, this.#stage)
      : settingOf(address, this.#stage, process.env);
  }

  /** The last step before the template is written. */
  #finish(log: Tools['log']): void {
    settle(this.#osls);
    const stage = this.#stage;
    const shell = this.#isPlain ? {} : process.env;
    const strays = strayVariables(shell, knownSettings(this.#osls.serviceDir));
    for (const line of [...overridesIn(stage, shell), ...strays])
      log.notice(`from the shell: ${line}`);
    const template = this.#osls.service.provider.compiledCloudFormationTemplate;
    const checked = this.#isPlain ? withDefaults(template, stage) : template;
    refuse(this.#osls, checkPackage(checked, stage, { shell, region: regionOf(this.#osls) }));
  }

  #writePlain(stage: string): void {
    const { service, serviceDir } = this.#osls;
    writePlain({
      serviceDir,
      names: [`${service.service}-${stage}`, `${stage}-${service.service}`],
      stage: this.#stage,
      template: service.provider.compiledCloudFormationTemplate,
      functions: this.#made,
    });
  }
}
