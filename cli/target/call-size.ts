import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { readControlConfig } from '../../shared/edge/control-config.ts';
import type { Environment } from '../../shared/json/settings.ts';
import type { MaxJobsPerCall } from '../input/plan-steps.ts';
import type { Parts } from './parts.ts';
import type { Target } from './target.ts';

/** The alias by which the queue's messages come to control-jobs. */
const ALIAS = 'live';

/** The environment of control-jobs, as it is set for the version that works. Needs `lambda:GetFunctionConfiguration`. */
export const readControlEnvironment = async (parts: Parts): Promise<Environment> => {
  const lambda = new LambdaClient(parts.config('lambda'));
  try {
    const { Environment } = await lambda.send(
      new GetFunctionConfigurationCommand({
        FunctionName: parts.output('ControlJobsFunctionName'),
        Qualifier: ALIAS,
      }),
    );
    return Environment?.Variables ?? {};
  } finally {
    lambda.destroy();
  }
};

/** The default of `MAX_JOBS_PER_CALL`. */
const DEFAULT = 100;

/** How many jobs a call takes, and on what that rests: the deployed setting, or its default if it cannot be read. */
export const readCallSize = async (
  target: Target,
): Promise<{ readonly maxJobsPerCall: MaxJobsPerCall; readonly assumed: string }> => {
  try {
    const { maxJobsPerCall } = readControlConfig(
      await readControlEnvironment(await target.parts()),
    );
    return { maxJobsPerCall, assumed: 'by the settings of control-jobs' };
  } catch {
    return {
      maxJobsPerCall: () => DEFAULT,
      assumed: `with ${DEFAULT} jobs to a call, the default, as the settings cannot be read`,
    };
  }
};
