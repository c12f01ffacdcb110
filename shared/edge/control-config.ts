import * as v from 'valibot';
import { MOST_PER_EVENT } from '../intent/result.ts';
import { httpUrl } from '../json/http-url.ts';
import {
  type Environment,
  flag,
  logEntries,
  logOf,
  payloadBytes,
  readSettings,
  readTogether,
  whole,
} from '../json/settings.ts';
import { operations } from '../operations/index.ts';
import type { GroupOptions, Operation } from '../operations/operation.ts';
import { checkEndpoints } from './aws-endpoints.ts';

/** The vendor documents no limit. Its list calls take 100. */
const maxJobs = whole(1, 10_000);

/** The setting that overrides `MAX_JOBS_PER_CALL` for one operation: `dli.run` → `MAX_JOBS_PER_CALL_DLI_RUN`. */
const overrideFor = (name: string): string =>
  `MAX_JOBS_PER_CALL_${name.toUpperCase().replace('.', '_')}`;

const overrides = v.object(
  Object.fromEntries(operations.map(({ name }) => [overrideFor(name), v.optional(maxJobs)])),
);

/** Time reserved to record and publish the results of a call and to give messages back, with all retries. */
const RESERVE_SECONDS = 10;

/** How long a refused credential is not used. Its breaker is open as long at least, so a later probe may use it. */
const REFUSED_MS = 60_000;

/** The secret is read again at most this often for a project that it lacks, or while it cannot be read. */
const LEAST_REFRESH_MS = 10_000;

/**
 * The most requests in flight that one key pair has signed. When the pair is revoked, all of them fail, and the probe of
 * the half-open breaker fails too. The sixth bad signature in a row locks the pair (docs/upstream.md §1).
 */
const MOST_SIGNED_AT_ONCE = 4;

const CONNECT_TIMEOUT_MS = 5_000;

/** Shorter than gateways keep idle connections, so that none closes while we begin a request on it. */
const KEEP_ALIVE_MS = 4_000;

/**
 * How late effects and statuses may show, in seconds. Terraform's providers first look 20 s after a request, and treat
 * old states as pending. We wait longer where a repeated call does harm (docs/ledger.md).
 */
const SETTLE_SECONDS = 30;
const CAREFUL_SETTLE_SECONDS = 120;

/** Longer than any message stays on the queue or the dead-letter queue. */
const LEDGER_KEEP_SECONDS = 30 * 24 * 3_600;

const isOne = (a: string | undefined, b: string | undefined): boolean =>
  (a === undefined) !== (b === undefined);

const callsPerKey = v.pipe(
  v.string(),
  v.check(
    (text) => text === 'auto' || (/^\d$/.test(text) && +text > 0 && +text <= MOST_SIGNED_AT_ONCE),
    `must be auto, or a whole number from 1 to ${MOST_SIGNED_AT_ONCE}`,
  ),
  v.transform((text) => (text === 'auto' ? text : Number(text))),
);

const controlSchema = v.pipe(
  v.object({
    QUEUE_URL: httpUrl,
    DEAD_LETTER_QUEUE_URL: httpUrl,
    EVENT_BUS_NAME: v.string(),
    DLI_ENDPOINT: httpUrl,
    DRS_ENDPOINT: httpUrl,
    UPSTREAM_LANGUAGE: v.optional(
      v.picklist(['en-us', 'zh-cn'], 'must be en-us or zh-cn'),
      'en-us',
    ),
    MAX_JOBS_PER_CALL: v.optional(maxJobs, '100'),
    ...overrides.entries,
    FUNCTION_TIMEOUT_SECONDS: whole(1, 900),
    CALL_TIMEOUT_SECONDS: v.optional(whole(1, 300), '20'),
    CALL_CONCURRENCY: v.optional(whole(1, 100), '8'),
    CALLS_SECONDS: v.optional(whole(1, 600), '15'),
    RESTART_DELAY_SECONDS: v.optional(whole(1, 900), '10'),
    SETTLE_SECONDS: v.optional(whole(1, 900)),
    RECORD_ENDS: v.optional(flag, 'true'),
    MAX_EVENT_BYTES: payloadBytes,
    RESULTS_PER_EVENT: v.optional(whole(1, MOST_PER_EVENT), '1'),
    LEASE_MARGIN_SECONDS: v.optional(whole(1, 900), '30'),
    MAX_RECEIVES: v.optional(whole(5, 1_000), '1000'),
    LEDGER_TABLE: v.optional(v.string()),
    LEDGER_FILE: v.optional(v.string()),
    IAM_ENDPOINT: v.optional(httpUrl),
    UPSTREAM_SECRET_ID: v.optional(v.string()),
    UPSTREAM_SECRETS_FILE: v.optional(v.string()),
    SECRETS_TTL_SECONDS: v.optional(whole(1, 86_400), '300'),
    CALLS_PER_KEY: v.optional(callsPerKey, '2'),
    MAX_CONCURRENCY: v.optional(whole(1, 1_000), '2'),
    ...logEntries,
  }),
  v.forward(
    v.partialCheck(
      [['CALL_TIMEOUT_SECONDS'], ['FUNCTION_TIMEOUT_SECONDS']],
      (settings) =>
        2 * settings.CALL_TIMEOUT_SECONDS + RESERVE_SECONDS < settings.FUNCTION_TIMEOUT_SECONDS,
      `must exceed twice CALL_TIMEOUT_SECONDS by more than ${RESERVE_SECONDS}: a slow look may come before a call`,
    ),
    ['FUNCTION_TIMEOUT_SECONDS'],
  ),
  v.forward(
    v.partialCheck(
      [['CALLS_PER_KEY'], ['MAX_CONCURRENCY']],
      ({ CALLS_PER_KEY: most, MAX_CONCURRENCY: functions }) =>
        most === 'auto' || most * functions <= MOST_SIGNED_AT_ONCE,
      `times MAX_CONCURRENCY must not exceed ${MOST_SIGNED_AT_ONCE}: more than 5 bad signatures lock a key pair`,
    ),
    ['CALLS_PER_KEY'],
  ),
  v.forward(
    v.partialCheck(
      [['LEDGER_TABLE'], ['LEDGER_FILE']],
      (settings) => isOne(settings.LEDGER_TABLE, settings.LEDGER_FILE),
      'or LEDGER_FILE must be set, and not both',
    ),
    ['LEDGER_TABLE'],
  ),
  v.forward(
    v.partialCheck(
      [['UPSTREAM_SECRET_ID'], ['UPSTREAM_SECRETS_FILE']],
      (settings) => isOne(settings.UPSTREAM_SECRET_ID, settings.UPSTREAM_SECRETS_FILE),
      'or UPSTREAM_SECRETS_FILE must be set, and not both',
    ),
    ['UPSTREAM_SECRET_ID'],
  ),
);

type Settings = v.InferOutput<typeof controlSchema>;
type Overrides = v.InferOutput<typeof overrides>;

const upstreamOf = (settings: Settings) => ({
  endpoints: {
    dli: settings.DLI_ENDPOINT,
    drs: settings.DRS_ENDPOINT,
    iam: settings.IAM_ENDPOINT,
  },
  language: settings.UPSTREAM_LANGUAGE,
  callsPerKey:
    settings.CALLS_PER_KEY === 'auto'
      ? { upTo: settings.CALL_CONCURRENCY }
      : settings.CALLS_PER_KEY,
  refusedMs: REFUSED_MS,
});

const accountsOf = (settings: Settings) => ({
  ttlMs: settings.SECRETS_TTL_SECONDS * 1_000,
  leastRefreshMs: LEAST_REFRESH_MS,
  needsIam: settings.IAM_ENDPOINT === undefined,
});

const connectionsOf = ({ CALL_TIMEOUT_SECONDS }: Settings) => ({
  connectTimeoutMs: Math.min(CONNECT_TIMEOUT_MS, CALL_TIMEOUT_SECONDS * 1_000),
  headersTimeoutMs: CALL_TIMEOUT_SECONDS * 1_000,
  bodyTimeoutMs: CALL_TIMEOUT_SECONDS * 1_000,
  keepAliveMs: KEEP_ALIVE_MS,
});

/** A lease outlasts the function, and the late effects of what a crashed function sent last. */
const leaseSeconds = (settings: Settings): number =>
  settings.FUNCTION_TIMEOUT_SECONDS +
  Math.max(settings.LEASE_MARGIN_SECONDS, settings.SETTLE_SECONDS ?? CAREFUL_SETTLE_SECONDS);

const settleSeconds = ({ SETTLE_SECONDS: set }: Settings, repeatHarms: boolean): number =>
  set ?? (repeatHarms ? CAREFUL_SETTLE_SECONDS : SETTLE_SECONDS);

/** What the control loop goes by. */
const limitsOf = (settings: Settings, perOperation: Overrides) => ({
  maxJobsPerCall: ({ name }: Pick<Operation, 'name'>): number =>
    perOperation[overrideFor(name)] ?? settings.MAX_JOBS_PER_CALL,
  callTimeoutMs: settings.CALL_TIMEOUT_SECONDS * 1_000,
  msPerCall: (settings.CALL_TIMEOUT_SECONDS + RESERVE_SECONDS) * 1_000,
  leaseMs: leaseSeconds(settings) * 1_000,
  settleMs: ({ repeatHarms }: Pick<Operation, 'repeatHarms'>, options: GroupOptions): number =>
    settleSeconds(settings, repeatHarms(options)) * 1_000,
  recordsEnds: settings.RECORD_ENDS,
  maxReceives: settings.MAX_RECEIVES,
  keepSeconds: LEDGER_KEEP_SECONDS,
  callConcurrency: settings.CALL_CONCURRENCY,
  callsForMs: settings.CALLS_SECONDS * 1_000,
  restartDelaySeconds: settings.RESTART_DELAY_SECONDS,
});

/** Settings of control-jobs. */
export const readControlConfig = (environment: Environment) => {
  const [settings] = readTogether(
    () => readSettings(controlSchema, environment),
    () => checkEndpoints(environment, ['SQS', 'EVENTBRIDGE', 'DYNAMODB', 'SECRETS_MANAGER']),
  );
  return {
    queueUrl: settings.QUEUE_URL,
    deadLetterQueueUrl: settings.DEAD_LETTER_QUEUE_URL,
    eventBusName: settings.EVENT_BUS_NAME,
    maxEventBytes: settings.MAX_EVENT_BYTES,
    resultsPerEvent: settings.RESULTS_PER_EVENT,
    upstream: upstreamOf(settings),
    secret: { id: settings.UPSTREAM_SECRET_ID, file: settings.UPSTREAM_SECRETS_FILE ?? '' },
    accounts: accountsOf(settings),
    connections: connectionsOf(settings),
    ledger: { table: settings.LEDGER_TABLE, file: settings.LEDGER_FILE ?? '' },
    log: logOf(settings),
    ...limitsOf(settings, readSettings(overrides, environment)),
  };
};
