import * as v from 'valibot';
import {
  type Environment,
  httpUrl,
  readSettings,
  readTogether,
  whole,
} from '../shared/core/settings.ts';
import { readAcceptConfig, readControlConfig } from '../shared/edge/config.ts';

const DEFAULT_TIMEOUT = '60';

/** Ranges are AWS's own, but that there a mapping runs at least two batches at once. */
const schema = v.pipe(
  v.object({
    PORT: v.optional(whole(0, 65_535), '3000'),
    HOST: v.optional(v.string(), '127.0.0.1'),
    DATA_DIR: v.optional(v.string()),
    DLI_ENDPOINT: v.optional(httpUrl),
    DRS_ENDPOINT: v.optional(httpUrl),
    AWS_ENDPOINT_URL_SQS: v.optional(httpUrl),
    AWS_ENDPOINT_URL_EVENTBRIDGE: v.optional(httpUrl),
    AWS_ENDPOINT_URL_DYNAMODB: v.optional(httpUrl),
    LEDGER_TABLE: v.optional(v.string()),
    AWS_REGION: v.optional(v.string(), 'eu-west-1'),
    AWS_ACCESS_KEY_ID: v.optional(v.string(), 'local'),
    AWS_SECRET_ACCESS_KEY: v.optional(v.string(), 'local'),
    BATCH_SIZE: v.optional(whole(1, 10_000), '1000'),
    BATCH_WINDOW_SECONDS: v.optional(whole(0, 300), '1'),
    MAX_CONCURRENCY: v.optional(whole(1, 1_000), '2'),
    FUNCTION_TIMEOUT_SECONDS: v.optional(whole(1, 900), DEFAULT_TIMEOUT),
    MAX_RECEIVES: v.optional(whole(2, 1_000), '1000'),
  }),
  v.check(
    (settings) => settings.BATCH_SIZE <= 10 || settings.BATCH_WINDOW_SECONDS >= 1,
    'BATCH_SIZE above 10 needs a BATCH_WINDOW_SECONDS of at least 1',
  ),
);

/** Settings of the functions themselves, handed on as they are where they are set. */
const HANDED_ON =
  /^(MAX_JOBS_PER_CALL(_\w+)?|CALL_\w+|RESTART_DELAY_SECONDS|LEASE_MARGIN_SECONDS|MAX_\w+_BYTES|UPSTREAM_LANGUAGE|LOG_LEVEL|DEADLINE_SECONDS|MAX_RECEIVES)$/;

export type Settings = v.InferOutput<typeof schema> & {
  readonly forFunctions: Readonly<Record<string, string>>;
};

/** Stand for what the stack itself gives its functions, while the rest of their settings is looked at. */
const GIVEN = {
  QUEUE_URL: 'http://queue',
  DEAD_LETTER_QUEUE_URL: 'http://queue',
  EVENT_BUS_NAME: 'bus',
  DLI_ENDPOINT: 'http://upstream',
  DRS_ENDPOINT: 'http://upstream',
  LEDGER_FILE: 'ledger',
};

/** The settings of the embedded stack and its functions; throws `MisconfiguredError`, with the problems of all. */
export const readStackSettings = (environment: Environment): Settings => {
  const forFunctions = Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value && HANDED_ON.test(name) ? [[name, value]] : [],
    ),
  );
  const { FUNCTION_TIMEOUT_SECONDS = DEFAULT_TIMEOUT } = environment;
  const functionSettings = { ...GIVEN, FUNCTION_TIMEOUT_SECONDS, ...forFunctions };
  const [settings] = readTogether(
    () => readSettings(schema, environment),
    () => readAcceptConfig(functionSettings),
    () => readControlConfig(functionSettings),
  );
  return { ...settings, forFunctions };
};
