/** What the vendor's services have of their own, beside their operations. */
interface ServiceRow {
  /** How the vendor's paths to it begin. Those of IAM begin with /v3 too. */
  readonly paths: readonly `/${string}/`[];
  /** The codes by which it refuses a request, is away for a while, and fails. Source: docs/upstream.md §2. */
  readonly codes: {
    readonly invalid: string;
    readonly unavailable: string;
    readonly broken: string;
  };
}

/** Every service, by its name. */
export const SERVICES = {
  dli: {
    paths: ['/v1.0/', '/v2.0/'],
    codes: { invalid: 'DLI.0001', unavailable: 'DLI.0012', broken: 'DLI.0999' },
  },
  drs: {
    paths: ['/v3/', '/v5/'],
    codes: { invalid: 'DRS.M00202', unavailable: 'DRS.M01503', broken: 'DRS.M00004' },
  },
} as const satisfies Readonly<Record<string, ServiceRow>>;

/**
 * The code of the gateway before the services, by the status of its refusal. It speaks where a request did not reach one.
 * Source: https://support.huaweicloud.com/intl/en-us/devg-apig/apig-dev-180317001.html
 */
const GATEWAY_CODES: ReadonlyMap<number, string> = new Map([
  [401, 'APIGW.0301'],
  [403, 'APIGW.0302'],
  [404, 'APIGW.0101'],
  [405, 'APIGW.0101'],
  [413, 'APIGW.0201'],
  [429, 'APIGW.0308'],
]);

export type Service = keyof typeof SERVICES;

const isService = (text: string): text is Service => Object.hasOwn(SERVICES, text);

export const services: readonly Service[] = Object.keys(SERVICES).filter(isService);

/** Whose error codes a path speaks, if it is one of the vendor's. */
export const serviceOf = (path: string): Service | undefined =>
  services.find((name) => SERVICES[name].paths.some((start) => path.startsWith(start)));

/** The code by which the vendor refuses a request to a service with a status: the gateway's own, or the service's. */
export const refusalCodeOf = (service: Service, status: number): string => {
  const ofGateway = GATEWAY_CODES.get(status);
  if (ofGateway !== undefined) return ofGateway;
  const { invalid, unavailable, broken } = SERVICES[service].codes;
  if (status === 503) return unavailable;
  return status >= 500 ? broken : invalid;
};
