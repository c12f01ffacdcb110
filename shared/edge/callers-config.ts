import * as v from 'valibot';
import { readSourceGrants } from '../callers/source-grants.ts';
import { sentence } from '../json/fault.ts';
import { httpUrl } from '../json/http-url.ts';
import { type Environment, readSettings, readTogether, whole } from '../json/settings.ts';
import { checkEndpoints } from './aws-endpoints.ts';

const LOOPBACK = /^http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:|\/|$)/;

/** Tokens go there, so it is https everywhere but on one machine. */
const iamUrl = v.pipe(
  httpUrl,
  v.check(
    (url) => url.startsWith('https:') || LOOPBACK.test(url),
    'must be an https URL: callers’ tokens are sent there',
  ),
);

/** The problem starts with the name of the first setting. */
const callersSchema = v.pipe(
  v.object({
    CALLERS_SECRET_ID: v.optional(v.string()),
    CALLERS_FILE: v.optional(v.string()),
    SECRETS_TTL_SECONDS: v.optional(whole(1, 86_400), '300'),
    CALLER_RATE: v.optional(whole(1, 100_000)),
    CALLER_BURST: v.optional(whole(1, 100_000)),
    IAM_ENDPOINT: v.optional(iamUrl),
  }),
  v.forward(
    v.partialCheck(
      [['CALLERS_SECRET_ID'], ['CALLERS_FILE']],
      ({ CALLERS_SECRET_ID: id, CALLERS_FILE: file }) =>
        (id === undefined) !== (file === undefined),
      'or CALLERS_FILE must be set, and not both',
    ),
    ['CALLERS_SECRET_ID'],
  ),
  v.forward(
    v.partialCheck(
      [['CALLER_RATE'], ['CALLER_BURST']],
      ({ CALLER_RATE, CALLER_BURST }) => CALLER_RATE !== undefined || CALLER_BURST === undefined,
      'must be set beside CALLER_BURST',
    ),
    ['CALLER_RATE'],
  ),
);

type CallersSettings = v.InferOutput<typeof callersSchema>;

const limitOf = ({ CALLER_RATE: rate, CALLER_BURST }: CallersSettings): CallerRate | undefined =>
  rate === undefined ? undefined : { rate, burst: CALLER_BURST ?? 2 * rate };

/** How many requests a caller may send to one environment. */
export interface CallerRate {
  /** Per second. */
  readonly rate: number;
  /** At once, after a pause. */
  readonly burst: number;
}

/** Settings of accept-http alone: where the secret with its callers is, and how many requests each may send. */
export const readCallersConfig = (environment: Environment) => {
  const [settings] = readTogether(
    () => readSettings(callersSchema, environment),
    () => checkEndpoints(environment, ['SECRETS_MANAGER']),
  );
  return {
    secret: { id: settings.CALLERS_SECRET_ID, file: settings.CALLERS_FILE ?? '' },
    ttlMs: settings.SECRETS_TTL_SECONDS * 1_000,
    limit: limitOf(settings),
    /** The vendor's IAM, which is asked whose a token is. Undefined: its tokens prove nothing. */
    iam: settings.IAM_ENDPOINT,
  };
};

const sourceGrants = v.pipe(
  v.string(),
  v.rawTransform(({ dataset: { value }, addIssue, NEVER }) => {
    const read = readSourceGrants(value);
    if (read.ok) return read.grants;
    addIssue({ message: `cannot be used: ${sentence(read.faults)}` });
    return NEVER;
  }),
);

const eventsSchema = v.object({ EVENT_GRANTS: v.optional(sourceGrants) });

/** Settings of accept-event alone: what each source of events may do. */
export const readEventsConfig = (environment: Environment) => ({
  sourceGrants: readSettings(eventsSchema, environment).EVENT_GRANTS,
});
