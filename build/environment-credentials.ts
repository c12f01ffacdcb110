import type { Plugin } from 'esbuild';
import { replaceModule } from './replace-module.ts';

/**
 * Replaces the SDK's default credentials by its provider for environment variables, where Lambda puts the keys of the
 * function's role. Lambda's other way, the container endpoint, belongs to SnapStart, which Node.js does not have. Elsewhere
 * this is wrong: profiles, SSO, ECS and EC2 are ignored, and a request without keys fails with `CredentialsProviderError`.
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
