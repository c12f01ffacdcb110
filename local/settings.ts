import * as v from 'valibot';
import { readAcceptConfig } from '../shared/edge/accept-config.ts';
import { readCallersConfig, readEventsConfig } from '../shared/edge/callers-config.ts';
import { readControlConfig } from '../shared/edge/control-config.ts';
import { readMetricsConfig } from '../shared/edge/metrics.ts';
import { httpUrl } from '../shared/json/http-url.ts';
import {
  type Environment,
  MisconfiguredError,
  readSettings,
  readTogether,
  whole,
} from '../shared/json/settings.ts';
import { operations } from '../shared/operations/index.ts';

const DEFAULT_TIMEOUT = '60';

/** The token of the development callers. It is public, so it is for this machine only. */
export const DEFAULT_TOKEN = 'dev-token';

const devToken = v.pipe(
  v.string(),
  v.regex(/^[!-~]{1,256}$/, 'must be 1 to 256 characters of printable ASCII without spaces'),
);

/** Whether a URL names this machine, by its text alone. No URL counts as this machine. */
const isHere = (url: string | undefined): boolean =>
  url === undefined ||
  /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(new URL(url).hostname.replace(/\.$/, ''));

const isHereByName = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(host);

/** A name that begins or ends with "fips" makes the SDK choose a FIPS endpoint; other names must be fit for a host name. */
const region = v.pipe(
  v.string(),
  v.regex(
    /^(?!fips-)(?!.*-fips$)[a-z\d]([a-z\d-]{0,61}[a-z\d])?$/,
    'must be the name of a region, such as eu-west-1',
  ),
);

/** Only AWS itself has FIPS and dual-stack endpoints: with these set, the SDK sends nothing to other servers. */
const noVariant = v.optional(
  v.pipe(
    v.string(),
    v.check(
      (value) => value !== 'true',
      "cannot be true: it has no effect on the stack's own servers, and stops every request to them. Unset it for npm start",
    ),
  ),
);

/** The ranges are those of AWS. One differs: on AWS a mapping runs at least two batches at once. */
const schema = v.pipe(
  v.object({
    PORT: v.optional(whole(0, 65_535), '3000'),
    HOST: v.optional(v.string(), '127.0.0.1'),
    DATA_DIR: v.optional(v.string()),
    DLI_ENDPOINT: v.optional(httpUrl),
    DRS_ENDPOINT: v.optional(httpUrl),
    IAM_ENDPOINT: v.optional(httpUrl),
    UPSTREAM_SECRETS_FILE: v.optional(v.string()),
    CALLERS_FILE: v.optional(v.string()),
    DEV_TOKEN: v.optional(devToken, DEFAULT_TOKEN),
    THROTTLE_RATE: v.optional(whole(1, 100_000)),
    THROTTLE_BURST: v.optional(whole(1, 100_000)),
    AWS_ENDPOINT_URL_SQS: v.optional(httpUrl),
    AWS_ENDPOINT_URL_EVENTBRIDGE: v.optional(httpUrl),
    AWS_ENDPOINT_URL_DYNAMODB: v.optional(httpUrl),
    LEDGER_TABLE: v.optional(v.string()),
    AWS_REGION: v.optional(region, 'eu-west-1'),
    AWS_ACCESS_KEY_ID: v.optional(v.string(), 'local'),
    AWS_SECRET_ACCESS_KEY: v.optional(v.string(), 'local'),
    AWS_SESSION_TOKEN: v.optional(v.string()),
    AWS_USE_FIPS_ENDPOINT: noVariant,
    AWS_USE_DUALSTACK_ENDPOINT: noVariant,
    BATCH_SIZE: v.optional(whole(1, 10_000), '1000'),
    BATCH_WINDOW_SECONDS: v.optional(whole(0, 300), '1'),
    MAX_CONCURRENCY: v.optional(whole(1, 1_000), '2'),
    FUNCTION_TIMEOUT_SECONDS: v.optional(whole(1, 900), DEFAULT_TIMEOUT),
    MAX_RECEIVES: v.optional(whole(5, 1_000), '1000'),
    STOP_SECONDS: v.optional(whole(2, 900), '10'),
  }),
  v.check(
    (settings) => settings.BATCH_SIZE <= 10 || settings.BATCH_WINDOW_SECONDS >= 1,
    'BATCH_SIZE above 10 needs a BATCH_WINDOW_SECONDS of at least 1',
  ),
  // The problem carries the name of the missing setting: without a name, it would hide later problems.
  v.forward(
    v.partialCheck(
      [['DLI_ENDPOINT'], ['DRS_ENDPOINT'], ['UPSTREAM_SECRETS_FILE']],
      ({ DLI_ENDPOINT, DRS_ENDPOINT, UPSTREAM_SECRETS_FILE }) =>
        UPSTREAM_SECRETS_FILE !== undefined || [DLI_ENDPOINT, DRS_ENDPOINT].every(isHere),
      'must be set when DLI_ENDPOINT or DRS_ENDPOINT is on another machine: the development key is for this machine only',
    ),
    ['UPSTREAM_SECRETS_FILE'],
  ),
  v.forward(
    v.partialCheck(
      [['THROTTLE_RATE'], ['THROTTLE_BURST']],
      ({ THROTTLE_RATE, THROTTLE_BURST }) =>
        THROTTLE_RATE !== undefined || THROTTLE_BURST === undefined,
      'must be set beside THROTTLE_BURST',
    ),
    ['THROTTLE_RATE'],
  ),
  v.forward(
    v.partialCheck(
      [['HOST'], ['CALLERS_FILE'], ['DEV_TOKEN']],
      ({ HOST, CALLERS_FILE, DEV_TOKEN }) =>
        CALLERS_FILE !== undefined || DEV_TOKEN !== DEFAULT_TOKEN || isHereByName(HOST),
      'or DEV_TOKEN must be set when HOST is not this machine alone: the development token is public',
    ),
    ['CALLERS_FILE'],
  ),
  v.forward(
    v.partialCheck(
      [['AWS_ENDPOINT_URL_DYNAMODB'], ['LEDGER_TABLE']],
      ({ AWS_ENDPOINT_URL_DYNAMODB, LEDGER_TABLE }) =>
        AWS_ENDPOINT_URL_DYNAMODB === undefined || LEDGER_TABLE !== undefined,
      'must be set beside AWS_ENDPOINT_URL_DYNAMODB: it names the table',
    ),
    ['LEDGER_TABLE'],
  ),
);

/** The prefix of a limit of one operation; the operation's name follows. */
const LIMIT = 'MAX_JOBS_PER_CALL_';

/** Settings of the functions. The stack hands them on as they are. */
const HANDED_ON: ReadonlySet<string> = new Set([
  'ACCEPT_REPLAYS',
  'BASE_PATH',
  'CALLER_BURST',
  'CALLER_RATE',
  'CALL_CONCURRENCY',
  'CALL_TIMEOUT_SECONDS',
  'CALLS_PER_KEY',
  'CALLS_SECONDS',
  'DEADLINE_SECONDS',
  'EVENT_GRANTS',
  'LEASE_MARGIN_SECONDS',
  'LOG_LEVEL',
  'LOG_SAMPLE_RATE',
  'MAX_CONCURRENCY',
  'MAX_EVENT_BYTES',
  'MAX_JOBS_PER_CALL',
  'MAX_MESSAGE_BYTES',
  'MAX_RECEIVES',
  'METRICS_NAMESPACE',
  'RECORD_ENDS',
  'RESTART_DELAY_SECONDS',
  'RESULTS_PER_EVENT',
  'SECRETS_TTL_SECONDS',
  'SETTLE_SECONDS',
  'UNWRAP',
  'UPSTREAM_LANGUAGE',
]);

export type Settings = v.InferOutput<typeof schema> & {
  readonly forFunctions: Readonly<Record<string, string>>;
};

/** Placeholders for what the stack gives its functions later. The other settings are checked with them. */
const GIVEN = {
  QUEUE_URL: 'http://queue',
  DEAD_LETTER_QUEUE_URL: 'http://queue',
  EVENT_BUS_NAME: 'bus',
  DLI_ENDPOINT: 'http://upstream',
  DRS_ENDPOINT: 'http://upstream',
  LEDGER_FILE: 'ledger',
  IAM_ENDPOINT: 'https://upstream',
  UPSTREAM_SECRETS_FILE: 'secrets',
  CALLERS_FILE: 'callers',
};

/** Refuses a limit for an unknown operation: it would have no effect, and no error would say so. */
const refuseUnknownLimits = (environment: Environment): void => {
  const known = operations.map(({ name }) => LIMIT + name.toUpperCase().replace('.', '_'));
  const problems = Object.entries(environment).flatMap(([name, value]) =>
    value && name.startsWith(LIMIT) && !known.includes(name)
      ? [`${name} is not a setting: known are ${known.join(', ')}`]
      : [],
  );
  if (problems.length > 0) throw new MisconfiguredError(problems.join('; '));
};

/** The names of all settings of the embedded stack and its functions, but for the limits of single operations. */
export const STACK_SETTINGS: readonly string[] = [...Object.keys(schema.entries), ...HANDED_ON];

/** The settings of the embedded stack and its functions. Throws one `MisconfiguredError` with every problem. */
export const readStackSettings = (environment: Environment): Settings => {
  const forFunctions = Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value && (HANDED_ON.has(name) || name.startsWith(LIMIT)) ? [[name, value]] : [],
    ),
  );
  const { FUNCTION_TIMEOUT_SECONDS = DEFAULT_TIMEOUT } = environment;
  const functionSettings = { ...GIVEN, FUNCTION_TIMEOUT_SECONDS, ...forFunctions };
  const [settings] = readTogether(
    () => readSettings(schema, environment),
    () => refuseUnknownLimits(environment),
    () => readAcceptConfig(functionSettings),
    () => readCallersConfig(functionSettings),
    () => readEventsConfig(functionSettings),
    () => readControlConfig(functionSettings),
    () => readMetricsConfig(functionSettings),
  );
  return { ...settings, forFunctions };
};
