import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OPERATIONS } from '../../shared/operations/index.ts';
import type { Effect, Language, OperationName } from '../../shared/operations/operation.ts';

/** Options by name, of a call or of one job. */
export type Options = Readonly<Record<string, string | boolean>>;

/**
 * What each status of a job tells of the operation, in words: the effect, then `there`, `ready` (the stop before it is
 * over) and `failed` (the stop before it has failed). `missing` is a job that does not exist.
 */
type Statuses = Readonly<Record<string, string>>;

/** One operation's contract with the vendor, as data. The simulation judges by it too, and not by the code under test. */
export interface Fixture {
  readonly method: string;
  readonly path: string;
  /** Whether a request may be sent again without a look at the job. */
  readonly mayRepeat: boolean;
  /** The operation that it makes a restart with. */
  readonly follows?: OperationName;
  /** Valid options: of a call, and of one job. */
  readonly samples: {
    readonly options: readonly Readonly<Record<string, boolean>>[];
    readonly jobs: readonly Options[];
  };
  readonly statuses: Statuses;
  /** Statuses that tell something else of a job with these options; `*` is any value. */
  readonly variants?: readonly { readonly job: Options; readonly statuses: Statuses }[];
  /** What the drop-in route refuses: jobs, and bodies, as JSON. */
  readonly refused: { readonly jobs: readonly string[]; readonly bodies: readonly string[] };
  readonly requests: readonly {
    readonly title: string;
    /** As the client sends it, to the letter. */
    readonly text: string;
    readonly draft: {
      readonly jobs: readonly unknown[];
      readonly options: Readonly<Record<string, boolean>>;
    };
    /** As it goes upstream, to the letter. */
    readonly encoded: string;
    readonly answers: readonly {
      readonly language: Language;
      readonly status: number;
      readonly body: unknown;
    }[];
  }[];
  readonly replies: readonly {
    readonly title: string;
    readonly asked: readonly string[];
    readonly status: number | readonly number[];
    /** JSON, or the raw text where it is a string. */
    readonly body: unknown;
    readonly verdicts: readonly string[];
    readonly suspect?: boolean;
  }[];
  readonly looks: readonly {
    readonly title: string;
    readonly asked: readonly string[];
    readonly status: number | readonly number[];
    readonly body: unknown;
    /** What each job that the answer tells of shows of a request that may have been served. */
    readonly tells: Readonly<Record<string, Effect>>;
  }[];
}

export const FIXTURES = join(import.meta.dirname, '../contract/fixtures');

/** The fixture of an operation, if there is one. */
export const fixtureOf = (name: OperationName): Fixture | undefined => {
  const file = join(FIXTURES, `${name}.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
};

const fixtures = new Map(
  Object.values(OPERATIONS).map(({ name }) => [name, fixtureOf(name)] as const),
);

/** The contract of an operation. */
export const contractOf = (name: OperationName): Fixture => {
  const fixture = fixtures.get(name);
  if (fixture === undefined) throw new Error(`${name} has no fixture under ${FIXTURES}`);
  return fixture;
};

export type OptionedJob = { readonly job_id: string } & Options;

/** A job as it is written: without options its bare id. */
export const jobWith = (job_id: string, options: Options): string | OptionedJob =>
  Object.keys(options).length === 0 ? job_id : { job_id, ...options };

/** A job with as few options as its operation allows. */
export const plainJob = (name: OperationName, id: string): string | OptionedJob =>
  jobWith(id, contractOf(name).samples.jobs[0] ?? {});

const fits = (variant: Options, job: Readonly<Record<string, unknown>>): boolean =>
  Object.entries(variant).every(([name, value]) =>
    value === '*' ? job[name] !== undefined : job[name] === value,
  );

/** What each status tells of the operation for a job with these options, as a set of words. */
export const statusesFor = (
  name: OperationName,
  job: Readonly<Record<string, unknown>> = {},
): ReadonlyMap<string, ReadonlySet<string>> => {
  const { statuses, variants = [] } = contractOf(name);
  const variant = variants.find((one) => fits(one.job, job))?.statuses;
  return new Map(
    Object.entries({ ...statuses, ...variant }).map(([status, words]) => [
      status,
      new Set(words.split(' ')),
    ]),
  );
};

/** Whether a wish of the first operation and a later one of the second make a restart. */
export const isRestart = (older: OperationName, newer: OperationName): boolean =>
  contractOf(newer).follows === older;

const followed = new Set([...fixtures.values()].map((fixture) => fixture?.follows));

/** Whether it waits for another operation. */
export const isFollower = (name: OperationName): boolean => contractOf(name).follows !== undefined;

/** Whether another operation waits for this one. */
export const isFollowed = (name: OperationName): boolean => followed.has(name);
