import type { Plugin } from 'esbuild';
import { replaceModule } from './replace-module.ts';

/**
 * The SDK's default credentials, less every source but the environment variables, by the SDK's own provider for them.
 * Lambda hands a Node.js function the keys of its role there; Lambda's other way, the container endpoint, is that of
 * SnapStart, which Node.js runtimes do not have. Wrong elsewhere: profiles, SSO, ECS and EC2 are not looked at, and a
 * request without keys fails with `CredentialsProviderError`.
 */
export const environmentCredentialsOnly: Plugin = {
  name: 'environment-credentials-only',
  setup(build) {
    replaceModule(
      build,
      '@aws-sdk/credential-provider-node/dist-es/index\\.js',
      "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';",
    );
  },
};
