import * as v from 'valibot';
import { MisconfiguredError } from '../../shared/json/settings.ts';
import { type DeploySettings, deployProblems, readDeploySettings } from './deploy-settings.ts';
import { environmentOf, FUNCTION_NAMES, startProblems } from './function-settings.ts';
import { logicalName } from './live-alias.ts';
import { allSettings, type Shell, type Stage } from './stage-settings.ts';
import { hasNumbers, templateProblems } from './template-rules.ts';

const templateSchema = v.object({ Resources: v.record(v.string(), v.unknown()) });

interface Where {
  readonly shell: Shell;
  readonly region: string;
}

const deploySettings = (
  stage: Stage,
  shell: Shell,
): { readonly settings?: DeploySettings; readonly problems: readonly string[] } => {
  try {
    return { settings: readDeploySettings(allSettings(stage, shell)), problems: [] };
  } catch (error) {
    if (!(error instanceof MisconfiguredError)) throw error;
    return { problems: error.message.replace(/^Settings: /, '').split('; ') };
  }
};

/**
 * Every reason for which the packaged functions would not start, or not work together. The functions' own readers read
 * their packaged environments.
 */
export const checkPackage = (
  template: unknown,
  stage: Stage,
  { shell, region }: Where,
): readonly string[] => {
  const { Resources } = v.parse(templateSchema, template);
  const environments = FUNCTION_NAMES.map(
    (name) => [name, environmentOf(Resources[`${logicalName(name)}LambdaFunction`])] as const,
  );
  const starts = environments.flatMap(([name, environment]) => startProblems(name, environment));
  const { settings, problems } = deploySettings(stage, shell);
  // A function has said already which of its numbers is none.
  const isComparable = starts.length === 0 || hasNumbers(template);
  return [
    ...starts,
    ...problems,
    ...(settings === undefined
      ? []
      : [
          ...deployProblems(settings, { region, account: settings.ACCOUNT_ID }),
          ...(isComparable
            ? templateProblems(template, { reserved: settings.RESERVED_CONTROL_JOBS })
            : []),
        ]),
  ];
};
