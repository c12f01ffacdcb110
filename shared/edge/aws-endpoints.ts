import { type Environment, MisconfiguredError } from '../json/settings.ts';

/** Settings that ask for special AWS endpoints. The SDK refuses them beside an endpoint set by URL. */
const VARIANTS = ['AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT'];

/**
 * Throws {@link MisconfiguredError} if a FIPS or dual-stack endpoint is asked for beside an endpoint set by URL. The SDK
 * would refuse every request with "Invalid Configuration". Services are named as in `AWS_ENDPOINT_URL_<SERVICE>`.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export const checkEndpoints = (environment: Environment, services: readonly string[]): void => {
  if (environment.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === 'true') return;
  const urls = ['AWS_ENDPOINT_URL', ...services.map((service) => `AWS_ENDPOINT_URL_${service}`)];
  const set = urls.filter((name) => environment[name]);
  const clashing = VARIANTS.filter((name) => environment[name] === 'true' && set.length > 0);
  if (clashing.length > 0)
    throw new MisconfiguredError(
      clashing
        .map((name) => `${name} cannot be true beside ${set.join(', ')}: unset one or the other`)
        .join('; '),
    );
};
