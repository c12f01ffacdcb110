import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { MisconfiguredError } from '../json/settings.ts';

const FOR_GOOD: Readonly<Record<string, string>> = {
  ResourceNotFoundException: 'does not exist, or has no value yet',
  AccessDeniedException: 'this function may not read',
};

/** What services call their errors. */
const NAME = /^[A-Z][A-Za-z]{0,50}(Error|Exception|Failure)$|^Error$/;

/** An error of the client without its text, which can quote what could not be read. */
const namelessly = (error: unknown): Error => {
  const isNamed = error instanceof Error && NAME.test(error.name);
  return new Error(`Secrets Manager: ${isNamed ? error.name : 'no answer'}`);
};

/**
 * Reads the credentials from a secret's current version, anew each time. Rejects with `MisconfiguredError` if the secret
 * is missing or may not be read, with another error if that cannot be told.
 */
export const makeSecretsManagerSource =
  (client: SecretsManagerClient, secretId: string) => async (): Promise<string> => {
    const answer = await client
      .send(new GetSecretValueCommand({ SecretId: secretId }))
      .catch((error: unknown) => {
        const fault = error instanceof Error ? FOR_GOOD[error.name] : undefined;
        throw fault === undefined
          ? namelessly(error)
          : new MisconfiguredError(`Settings: UPSTREAM_SECRET_ID names a secret that ${fault}`);
      });
    return answer.SecretString ?? Buffer.from(answer.SecretBinary ?? []).toString('utf8');
  };
