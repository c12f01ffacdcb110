import * as v from 'valibot';
import { ENVELOPES } from '../intent/foreign-payload.ts';
import { MOST_DEADLINE_SECONDS } from '../intent/request.ts';
import { httpUrl } from '../json/http-url.ts';
import {
  type Environment,
  flag,
  KIB,
  logEntries,
  logOf,
  payloadBytes,
  readSettings,
  readTogether,
  whole,
} from '../json/settings.ts';
import { checkEndpoints } from './aws-endpoints.ts';

/** A message holds at least one block: 100 jobs of less than 250 bytes each, and the other fields of the intent. */
const LEAST_MESSAGE_KIB = 32;

const messageBytes = v.pipe(
  payloadBytes,
  v.check(
    (bytes) => bytes >= LEAST_MESSAGE_KIB * KIB,
    `must be at least ${LEAST_MESSAGE_KIB * KIB}: a message holds a block of 100 jobs whole`,
  ),
);

/** The characters that a custom domain's API mapping allows: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-mappings.html */
const basePath = v.pipe(
  v.string(),
  v.regex(
    /^(\/[\w$.+!*'()-]+)+$/,
    'must be a path as /jobs, with a slash before and none after it',
  ),
);

const UNWRAP_RULE = `must be a list of these, separated by commas: ${ENVELOPES.join(', ')} (all but pipes may name one source, as sns:<topic>)`;

/** A kind of envelope, from every source or from one. A batch of Pipes does not say where it is from. */
const unwrappedKind = new RegExp(
  `^(${ENVELOPES.join('|')}|(?!pipes)(${ENVELOPES.join('|')}):[!-~]{1,256})$`,
);

const unwrapped = v.pipe(
  v.string(),
  v.transform((text) => text.split(',').map((kind) => kind.trim())),
  v.array(v.pipe(v.string(), v.regex(unwrappedKind, UNWRAP_RULE))),
  v.transform((kinds) => new Set(kinds)),
);

const acceptSchema = v.object({
  QUEUE_URL: httpUrl,
  MAX_MESSAGE_BYTES: messageBytes,
  ACCEPT_REPLAYS: v.optional(flag, 'false'),
  DEADLINE_SECONDS: v.optional(whole(1, MOST_DEADLINE_SECONDS), String(6 * 3_600)),
  BASE_PATH: v.optional(basePath),
  UNWRAP: v.optional(unwrapped),
  ...logEntries,
});

/** Settings of accept-http and accept-event. */
export const readAcceptConfig = (environment: Environment) => {
  const [settings] = readTogether(
    () => readSettings(acceptSchema, environment),
    () => checkEndpoints(environment, ['SQS']),
  );
  return {
    queueUrl: settings.QUEUE_URL,
    maxMessageBytes: settings.MAX_MESSAGE_BYTES,
    deadlineMs: settings.DEADLINE_SECONDS * 1_000,
    basePath: settings.BASE_PATH ?? '',
    unwrap: settings.UNWRAP ?? new Set<string>(),
    takesReplays: settings.ACCEPT_REPLAYS,
    log: logOf(settings),
  };
};
