import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { MisconfiguredError } from '../json/settings.ts';

const FOR_GOOD: Readonly<Record<string, string>> = {
  ResourceNotFoundException: 'does not exist, or has no value yet',
  AccessDeniedException: 'this function may not read',
};

/** The form of error names. */
const NAME = /^[A-Z][A-Za-z]{0,50}(Error|Exception|Failure)$|^Error$/;

/** An SDK error without its text, which may quote the secret. */
const withoutText = (error: unknown): Error => {
  const isNamed = error instanceof Error && NAME.test(error.name);
  return new Error(`Secrets Manager: ${isNamed ? error.name : 'no answer'}`);
};

/**
 * Reads the current version of a secret at each call. Rejects with `MisconfiguredError` if the secret is missing or may not
 * be read, and with another error if a later try may succeed. `setting` is the one that names the secret.
 */
export const makeSecretsManagerSource =
  (client: SecretsManagerClient, secretId: string, setting = 'UPSTREAM_SECRET_ID') =>
  async (): Promise<string> => {
    const answer = await client
      .send(new GetSecretValueCommand({ SecretId: secretId }))
      .catch((error: unknown) => {
        const fault = error instanceof Error ? FOR_GOOD[error.name] : undefined;
        throw fault === undefined
          ? withoutText(error)
          : new MisconfiguredError(`Settings: ${setting} names a secret that ${fault}`);
      });
    return answer.SecretString ?? Buffer.from(answer.SecretBinary ?? []).toString('utf8');
  };
