import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkPackage } from './check-package.ts';
import { busProblems } from './deploy-settings.ts';
import { foldConditions, type Node } from './fold-conditions.ts';
import { aliasId, aliasResource, type OslsFunction, pointAtAlias } from './live-alias.ts';
import {
  overridesIn,
  readStage,
  type SettingValue,
  type Stage,
  settingOf,
} from './stage-settings.ts';
import { tidyTemplate } from './tidy-template.ts';

/** What this plugin needs of osls. */
interface Osls {
  readonly serviceDir: string;
  readonly service: {
    readonly functions: Readonly<Record<string, OslsFunction>>;
    readonly provider: {
      compiledCloudFormationTemplate: Record<string, Node> & {
        Resources: Record<string, Node>;
      };
    };
  };
  readonly getProvider: (name: 'aws') => {
    readonly getRegion: () => string;
    readonly getAccountId: () => Promise<string>;
  };
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
}

interface Options {
  readonly stage?: string;
}

interface Tools {
  readonly log: { readonly notice: (line: string) => void };
}

interface Source<Value> {
  readonly resolve: (asked: Asked) => Promise<{ readonly value: Value }>;
}

/** How osls asks for the value of `${setting:ADDRESS}`. */
interface Asked {
  readonly address: string;
  readonly resolveVariable: (text: string) => Promise<unknown>;
}

/** osls itself would say of each setting that its file is missing. */
const requireStageFile = ({ serviceDir, classes }: Osls, stage: string): void => {
  const file = `stages/${stage}.yml`;
  if (existsSync(join(serviceDir, file))) return;
  throw new classes.Error(`${file} is missing: copy stages/dev.yml, and set what differs`, 'STAGE');
};

/**
 * What osls lacks: settings from the stage's file, an alias for each function, and a check that the packaged functions
 * would start. A package that fails the check is neither written nor deployed.
 */
export default class JobFaninPlugin {
  readonly hooks: Readonly<Record<string, () => unknown>>;
  readonly configurationVariablesSources: {
    readonly setting: Source<SettingValue>;
    readonly stage: Source<Stage['tags']>;
  };
  #stage: Stage | undefined;

  constructor(osls: Osls, { stage: named = 'dev' }: Options, { log }: Tools) {
    requireStageFile(osls, named);
    const stage = (): Stage => {
      if (this.#stage === undefined) throw new Error('serverless.yml reads no setting');
      return this.#stage;
    };
    this.configurationVariablesSources = {
      setting: {
        resolve: async (asked) => ({
          value: settingOf(asked.address, await this.#read(asked), process.env),
        }),
      },
      // `${stage:tags}`
      stage: { resolve: async (asked) => ({ value: (await this.#read(asked)).tags }) },
    };
    this.hooks = {
      'before:package:compileFunctions': () => this.#pointAtAliases(osls),
      'after:package:compileFunctions': () => this.#addAliases(osls),
      'after:aws:package:finalize:mergeCustomProviderResources': () => {
        for (const line of overridesIn(stage(), process.env)) log.notice(`from the shell: ${line}`);
        this.#settle(osls);
        this.#refuse(osls, this.#check(osls, stage()));
      },
      'before:deploy:deploy': async () => this.#refuse(osls, await this.#checkPlace(osls, stage())),
    };
  }

  async #read({ resolveVariable }: Asked): Promise<Stage> {
    const file = `stages/${await resolveVariable('sls:stage')}.yml`;
    this.#stage ??= readStage(file, await resolveVariable(`file(${file})`));
    return this.#stage;
  }

  #pointAtAliases({ service }: Osls): void {
    for (const [name, lambda] of Object.entries(service.functions)) pointAtAlias(name, lambda);
  }

  #addAliases({ service }: Osls): void {
    const { Resources } = service.provider.compiledCloudFormationTemplate;
    for (const [name, lambda] of Object.entries(service.functions))
      Resources[aliasId(name)] = aliasResource(name, lambda);
  }

  #settle({ service: { provider } }: Osls): void {
    const template = tidyTemplate(foldConditions(provider.compiledCloudFormationTemplate));
    Object.assign(provider.compiledCloudFormationTemplate, template);
    if (template.Conditions === undefined)
      delete provider.compiledCloudFormationTemplate.Conditions;
  }

  #check(osls: Osls, stage: Stage): readonly string[] {
    const template = osls.service.provider.compiledCloudFormationTemplate;
    return checkPackage(template, stage, {
      shell: process.env,
      region: osls.getProvider('aws').getRegion(),
    });
  }

  /** Before the upload the account is known at last. */
  async #checkPlace(osls: Osls, stage: Stage): Promise<readonly string[]> {
    const arn = String(settingOf('INTENTS_BUS_ARN', stage, process.env));
    if (arn === 'default') return [];
    const aws = osls.getProvider('aws');
    const place = { region: aws.getRegion(), account: await aws.getAccountId() };
    return busProblems({ INTENTS_BUS_ARN: arn }, place);
  }

  #refuse(osls: Osls, problems: readonly string[]): void {
    if (problems.length === 0) return;
    const lines = problems.map((problem) => `  ${problem}`).join('\n');
    throw new osls.classes.Error(`These settings cannot start:\n${lines}`, 'SETTINGS');
  }
}
