import * as v from 'valibot';
import type { Operation } from '../core/operation.ts';
import { operations } from '../core/operations/index.ts';

/** Where settings come from: `process.env`, or a copy with the same names. */
export type Environment = Readonly<Record<string, string | undefined>>;

const whole = (least: number, most: number) =>
  v.pipe(
    v.string(),
    v.regex(/^\d{1,9}$/, `must be a whole number from ${least} to ${most}`),
    v.transform(Number),
    v.minValue(least, `must be at least ${least}`),
    v.maxValue(most, `must be at most ${most}`),
  );

const origin = v.pipe(
  v.string(),
  v.url('must be a URL'),
  v.regex(/^https?:\/\//, 'must be an http or https URL'),
  v.transform((text) => text.replace(/\/+$/, '')),
);

const KIB = 1024;

const queueUrl = v.pipe(v.string(), v.url('must be the URL of a queue'));
const maxJobs = whole(1, 10_000);

/** The setting that overrides `MAX_JOBS_PER_CALL` for one operation: `dli.run` → `MAX_JOBS_PER_CALL_DLI_RUN`. */
const overrideFor = (name: string): string =>
  `MAX_JOBS_PER_CALL_${name.toUpperCase().replace('.', '_')}`;

const overrides = v.object(
  Object.fromEntries(operations.map(({ name }) => [overrideFor(name), v.optional(maxJobs)])),
);

/** Set by Lambda itself. */
const logFormat = v.optional(v.string(), 'Text');

/** What publishing the results of a call and giving messages back may take, repeats included. */
const PUBLISH_RESERVE_MS = 5_000;

const acceptSchema = v.object({
  QUEUE_URL: queueUrl,
  /** SQS takes 1 MiB, but regions lag: 256 KiB is what every region takes. */
  MAX_MESSAGE_BYTES: v.optional(whole(KIB, 1024 * KIB), String(256 * KIB)),
  AWS_LAMBDA_LOG_FORMAT: logFormat,
});

const controlSchema = v.object({
  QUEUE_URL: queueUrl,
  DEAD_LETTER_QUEUE_URL: queueUrl,
  EVENT_BUS_NAME: v.pipe(v.string(), v.nonEmpty('must name an event bus')),
  DLI_ENDPOINT: origin,
  DRS_ENDPOINT: origin,
  UPSTREAM_LANGUAGE: v.optional(v.picklist(['en-us', 'zh-cn'], 'must be en-us or zh-cn'), 'en-us'),
  /** The vendor documents no limit; its list calls take 100. */
  MAX_JOBS_PER_CALL: v.optional(maxJobs, '100'),
  ...overrides.entries,
  CALL_TIMEOUT_SECONDS: v.optional(whole(1, 300), '20'),
  CALL_CONCURRENCY: v.optional(whole(1, 100), '8'),
  RESTART_DELAY_SECONDS: v.optional(whole(1, 900), '30'),
  /** EventBridge takes 1 MiB per request, but regions lag. */
  MAX_EVENT_BYTES: v.optional(whole(KIB, 1024 * KIB), String(256 * KIB)),
  AWS_LAMBDA_LOG_FORMAT: logFormat,
});

/** Settings that cannot be used. Thrown at cold start, with every problem and no value in it. */
export class MisconfiguredError extends Error {
  override readonly name = 'MisconfiguredError';
}

const read = <Schema extends v.GenericSchema>(
  schema: Schema,
  env: Environment,
): v.InferOutput<Schema> => {
  const result = v.safeParse(schema, env);
  if (result.success) return result.output;
  const problems = result.issues.map(
    ({ path, received, message }) =>
      `${path?.[0]?.key} ${received === 'undefined' ? 'is not set' : message}`,
  );
  throw new MisconfiguredError(`Settings: ${problems.join('; ')}`);
};

/** Settings of the functions that accept. */
export const readAcceptConfig = (env: Environment) => {
  const settings = read(acceptSchema, env);
  return {
    queueUrl: settings.QUEUE_URL,
    maxMessageBytes: settings.MAX_MESSAGE_BYTES,
    logAsObject: settings.AWS_LAMBDA_LOG_FORMAT === 'JSON',
  };
};

/** Settings of the function that controls jobs. */
export const readControlConfig = (env: Environment) => {
  const settings = read(controlSchema, env);
  const perOperation = read(overrides, env);
  return {
    queueUrl: settings.QUEUE_URL,
    deadLetterQueueUrl: settings.DEAD_LETTER_QUEUE_URL,
    eventBusName: settings.EVENT_BUS_NAME,
    endpoints: { dli: settings.DLI_ENDPOINT, drs: settings.DRS_ENDPOINT },
    language: settings.UPSTREAM_LANGUAGE,
    maxJobsPerCall: ({ name }: Pick<Operation, 'name'>): number =>
      perOperation[overrideFor(name)] ?? settings.MAX_JOBS_PER_CALL,
    callTimeoutMs: settings.CALL_TIMEOUT_SECONDS * 1_000,
    callConcurrency: settings.CALL_CONCURRENCY,
    restartDelaySeconds: settings.RESTART_DELAY_SECONDS,
    maxEventBytes: settings.MAX_EVENT_BYTES,
    logAsObject: settings.AWS_LAMBDA_LOG_FORMAT === 'JSON',
    publishReserveMs: PUBLISH_RESERVE_MS,
  };
};
