import { existsSync } from 'node:fs';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { readControlConfig } from '../../shared/edge/control-config.ts';
import type { Environment } from '../../shared/json/settings.ts';
import { readControlEnvironment } from '../target/call-size.ts';
import type { Parts } from '../target/parts.ts';
import { reasonOf } from '../text/reason.ts';
import type { World } from '../world.ts';
import { bad, type Check, type Finding, type MakeChecks, ok, warning } from './check.ts';
import { clockFinding } from './clock.ts';

const PATIENCE_MS = 10_000;

/** The function's own reader says what is wrong with its settings. */
const settings = async (parts: Parts, environment: Environment): Promise<Finding> => {
  readControlConfig(environment);
  return environment.QUEUE_URL === parts.output('IntentsQueueUrl')
    ? ok('control-jobs can start by them')
    : bad('QUEUE_URL is not the intents queue of this stack', 'deploy the stack again');
};

const secretOnAws = async (parts: Parts, SecretId: string): Promise<Finding> => {
  const client = new SecretsManagerClient(parts.config('secrets'));
  try {
    const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId }));
    return Object.values(VersionIdsToStages).flat().includes('AWSCURRENT')
      ? ok('it has a value, which is not read here')
      : bad('it has no value yet', 'put the credentials there: docs/deploy.md');
  } finally {
    client.destroy();
  }
};

const secret = async (parts: Parts, environment: Environment): Promise<Finding> => {
  const { UPSTREAM_SECRET_ID: id, UPSTREAM_SECRETS_FILE: file } = environment;
  if (id !== undefined) return secretOnAws(parts, id);
  return file !== undefined && existsSync(file)
    ? ok(file)
    : bad('the file of the credentials is not on this machine', 'set UPSTREAM_SECRETS_FILE');
};

/** Any answer will do: without a signature the service can only refuse. */
const endpoint = async (world: World, setting: string, url: string): Promise<Finding> => {
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    // A body that is left unread holds the process up.
    await response.body?.cancel();
    const clock = clockFinding(response.headers.get('date'), world.now());
    return clock.state === 'ok' ? ok(`${url} answers`) : { ...clock, says: `clock: ${clock.says}` };
  } catch (cause) {
    return warning(
      `${url} does not answer this machine: ${reasonOf(cause)}`,
      `check ${setting}; the function may have another network than this machine`,
    );
  }
};

const ENDPOINTS = [
  ['DLI', 'DLI_ENDPOINT'],
  ['DRS', 'DRS_ENDPOINT'],
  ['IAM', 'IAM_ENDPOINT'],
] as const;

/** The settings of control-jobs, and what lies behind them: the credentials and the upstream. */
export const upstreamChecks: MakeChecks = (world, target) => {
  let reading: Promise<Environment> | undefined;
  const read = async (): Promise<Environment> => {
    reading ??= target.parts().then(readControlEnvironment);
    return reading;
  };
  const reach = ([name, setting]: (typeof ENDPOINTS)[number]): Check => ({
    name: `${name} endpoint`,
    needs: 'lambda:GetFunctionConfiguration',
    run: async () => {
      const url = (await read())[setting];
      if (url) return endpoint(world, setting, url);
      return setting === 'IAM_ENDPOINT'
        ? ok('not set: only credentials with a password need it')
        : bad(`${setting} is not set`, 'set it, and deploy again');
    },
  });
  return [
    {
      name: 'settings',
      needs: 'lambda:GetFunctionConfiguration',
      run: async () => settings(await target.parts(), await read()),
    },
    {
      name: 'upstream secret',
      needs: 'secretsmanager:DescribeSecret',
      run: async () => secret(await target.parts(), await read()),
    },
    ...ENDPOINTS.map(reach),
  ];
};
