/** The designs that are compared: ours, and what a user might write instead. Each with the settings that suit it best. */

export interface Design {
  readonly name: string;
  /** As a URL. */
  readonly module: string;
  readonly batchSize: number;
  readonly windowMs: number;
  /** Execution environments. */
  readonly environments: number;
  /** Invocations at once in each. Lambda has one; a process here may play many. */
  readonly perEnvironment: number;
  /** Whether its requests come from the queue. Without one, a failed request is gone. */
  readonly hasQueue: boolean;
  /** What its function is given on Lambda. */
  readonly memoryGigabytes: number;
  readonly credential: 'token' | 'key';
  readonly settings: Readonly<Record<string, string>>;
}

const here = (path: string): string => new URL(path, import.meta.url).href;

/**
 * Records one by one: batches of ten in two environments make the twenty calls that the upstream takes at once. More would
 * be throttled.
 */
const perRecord = {
  batchSize: 10,
  windowMs: 0,
  environments: 2,
  perEnvironment: 1,
  hasQueue: true,
  memoryGigabytes: 0.25,
  credential: 'token',
  settings: {},
} as const;

/** Large batches: a window of a second fills them. */
const batching = {
  batchSize: 1_000,
  windowMs: 1_000,
  environments: 2,
  perEnvironment: 1,
  hasQueue: true,
  memoryGigabytes: 1,
  credential: 'token',
  settings: {},
} as const;

export const OURS: Design = {
  ...batching,
  name: 'job-fanin',
  module: here('../../functions/control-jobs.ts'),
  settings: { CALL_CONCURRENCY: '10' },
};

/** As deployed without another setting: a key pair signs. */
export const OURS_BY_KEY: Design = {
  ...OURS,
  name: 'job-fanin, one key pair',
  credential: 'key',
};

/** Fewer events, which cost most. */
export const OURS_PACKED: Design = {
  ...OURS,
  name: 'job-fanin, packed results',
  settings: { ...OURS.settings, RESULTS_PER_EVENT: '100' },
};

const NAIVE: Design = {
  ...perRecord,
  name: 'one Lambda per request',
  module: here('../peers/naive.ts'),
  batchSize: 1,
  environments: 1,
  perEnvironment: 20,
  hasQueue: false,
};

export const PEERS: readonly Design[] = [
  { ...batching, name: 'dataloader in a handler', module: here('../peers/dataloader.ts') },
  { ...perRecord, name: 'Powertools batch', module: here('../peers/powertools-batch.ts') },
  {
    ...perRecord,
    name: 'Powertools batch, idempotent',
    module: here('../peers/powertools-idempotency.ts'),
  },
  { ...perRecord, name: 'middy partial failure', module: here('../peers/middy.ts') },
  NAIVE,
];

/** The same design with the code of another checkout. */
export const ofCheckout = (design: Design, name: string, root: URL): Design => ({
  ...design,
  name,
  module: new URL('functions/control-jobs.ts', root).href,
});
