import type { Service } from './operation.ts';

/** The first segments of the vendor's paths: DLI has /v1.0, /v2.0 and /v3, DRS /v3 and /v5, IAM /v3. */
const PREFIXES: readonly (readonly [prefix: string, Service])[] = [
  ['/v1.0/', 'dli'],
  ['/v2.0/', 'dli'],
  ['/v3/', 'drs'],
  ['/v5/', 'drs'],
];

/** Whose error codes a path speaks, if it is one of the vendor's. */
export const serviceOf = (path: string): Service | undefined =>
  PREFIXES.find(([prefix]) => path.startsWith(prefix))?.[1];
