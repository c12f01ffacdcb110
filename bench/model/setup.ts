/** A load, and how the stack is set up for it. */
export interface Setup {
  /** Intents of one job each. */
  readonly perSecond: number;
  readonly projects: number;
  readonly batchSize: number;
  readonly windowMs: number;
  readonly mapping:
    | { readonly kind: 'standard'; readonly maxConcurrency: number | undefined }
    | { readonly kind: 'provisioned'; readonly pollers: number };
  readonly credential: /** One pair for all projects: calls at once in each function. */
    | { readonly kind: 'key'; readonly callsPerKey: number }
    /** Calls at once of each project in each function. */
    | { readonly kind: 'token'; readonly callConcurrency: number };
  /** Of a call, besides its jobs. */
  readonly upstreamMs: number;
  /** Messages of another caller that wait already. */
  readonly backlog?: number;
  /** Whether the queue gives the messages of quiet callers first. */
  readonly fair?: boolean;
  readonly cpuMsPerJob?: number;
  readonly seconds?: number;
}

/** As deployed without another setting. */
export const DEFAULTS: Setup = {
  perSecond: 1,
  projects: 1,
  batchSize: 1_000,
  windowMs: 5_000,
  mapping: { kind: 'standard', maxConcurrency: 2 },
  credential: { kind: 'key', callsPerKey: 2 },
  upstreamMs: 50,
};
