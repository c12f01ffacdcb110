import * as v from 'valibot';
import { mapOperations } from './operations/index.ts';
import { COMMON_SHAPES, FAULT_NAMES, SHAPES, type Shape } from './vocabulary.ts';

const unknownName = (kind: string, name: string, known: readonly string[]): string =>
  `unknown ${kind} ${name}: known are ${known.join(', ')}`;

const oneOf = <const Names extends readonly string[]>(kind: string, names: Names) =>
  v.picklist(names, ({ received }) => unknownName(kind, received, names));

const objectOf = <const Entries extends v.ObjectEntries>(kind: string, entries: Entries) =>
  v.strictObject(entries, ({ expected, received }) =>
    expected === 'never'
      ? unknownName(kind, received, Object.keys(entries))
      : `must be an object of ${kind}s`,
  );

const wholeNumber = v.pipe(
  v.number('must be a number'),
  v.safeInteger('must be a whole number'),
  v.minValue(0, 'must not be negative'),
);

const positive = v.pipe(
  v.number('must be a number'),
  v.gtValue(0, 'must be more than 0'),
  v.finite('must be finite'),
);

/** Rates from 0 to 1. One draw decides on all of them, so that each comes exactly as often as its rate says. */
const rates = v.pipe(
  v.record(
    oneOf('fault', FAULT_NAMES),
    v.pipe(
      v.number('must be a number'),
      v.minValue(0, 'must be a rate from 0 to 1'),
      v.maxValue(1, 'must be a rate from 0 to 1'),
    ),
    'must be an object of rates by fault',
  ),
  v.check(
    (byFault) => Object.values(byFault).reduce((sum, rate) => sum + rate, 0) <= 1 + Number.EPSILON,
    'must not add up to more than 1',
  ),
);

const settings = (shapes: readonly Shape[]) =>
  objectOf('setting', {
    /** How a reply looks that tells of jobs one by one. */
    shape: v.exactOptional(oneOf('reply shape', shapes)),
    /** Ids of jobs that do not exist. */
    badIds: v.exactOptional(v.array(v.string('must be an id as a string'), 'must be a list')),
    /** Whether one job that is missing or in the wrong state makes the whole call be refused, with nothing done. */
    refuseWhole: v.exactOptional(v.boolean('must be true or false')),
    /** How long each answer is held back, a refusal's too. The effect is not. Under `*` looks and tokens are late as well. */
    latencyMs: v.exactOptional(wholeNumber),
    /** How much later looks show the states that a call brings about, in order. They decide on calls at once. */
    statusLagMs: v.exactOptional(wholeNumber),
    /** How much later than it is answered a call takes effect, if the job's state allows it then. */
    effectLagMs: v.exactOptional(wholeNumber),
    /** Whether a stop with a savepoint fails: it shows `job_savepointing` for two seconds, and the job runs on. */
    declineStop: v.exactOptional(v.boolean('must be true or false')),
    /** What `Retry-After` says on a 429; null, or nothing said, means that none is sent. */
    retryAfterSeconds: v.exactOptional(v.nullable(wholeNumber)),
    /** Whether it says so in seconds or as a date. */
    retryAfterAs: v.exactOptional(v.picklist(['seconds', 'date'], 'must be seconds or date')),
    /**
     * Calls that one project may make of one service in a second, above which the gateway answers 429; null means any
     * number. Under `*` looks count too.
     */
    callsPerSecond: v.exactOptional(v.nullable(positive)),
    /**
     * An outage: true answers everything with 503 and no body, `hang` answers nothing. No credentials
     * are checked then. Under `*` looks and tokens are gone too.
     */
    down: v.exactOptional(v.union([v.boolean(), v.literal('hang')], 'must be true, false or hang')),
    /** How often each fault comes, drawn per call. */
    faults: v.exactOptional(rates),
    /** Faults of the next calls, one each, in order; used up before `faults` are drawn. */
    next: v.exactOptional(v.array(oneOf('fault', FAULT_NAMES), 'must be a list')),
  });

const behaviourSchema = objectOf('operation', {
  '*': v.exactOptional(settings(COMMON_SHAPES)),
  ...mapOperations(({ service }) => v.exactOptional(settings(SHAPES[service]))),
});

/**
 * How the simulator departs from the vendor's pages: settings per operation, and under `*` for all. An operation's own
 * setting goes before that under `*`; a `next` under `*` is one queue that all operations share.
 */
export type Behaviour = v.InferOutput<typeof behaviourSchema>;

/** Reads a behaviour from plain data. Throws one error that lists every problem, and the known names for an unknown one. */
export const parseBehaviour = (data: unknown): Behaviour => {
  const result = v.safeParse(behaviourSchema, data);
  if (result.success) return result.output;
  const problems = result.issues.map((issue) => `${v.getDotPath(issue) ?? '.'}: ${issue.message}`);
  throw new Error(`bad upstream behaviour: ${problems.join('; ')}`);
};
