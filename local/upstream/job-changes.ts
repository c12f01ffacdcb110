import * as v from 'valibot';
import type { JobKey, Service } from './vocabulary.ts';

const objectOf = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.strictObject(entries, ({ expected, received }) => {
    if (expected === 'Object') return 'must be an object';
    const known = Object.keys(entries).join(', ');
    return expected === 'never'
      ? `unknown field ${received}: known are ${known}`
      : 'must have a status';
  });

const change = objectOf({
  /** Any word: one that no page names may come too. */
  status: v.pipe(v.string('must be a status as a string'), v.minLength(1, 'must not be empty')),
  /** Whether it has a savepoint to resume from. */
  savepoint: v.exactOptional(v.boolean('must be true or false')),
  /** Milliseconds since 1970; null if it was never started. */
  start_time: v.exactOptional(v.nullable(v.number('must be a number of milliseconds, or null'))),
});

/** A state for one job. */
export type JobChange = v.InferOutput<typeof change>;

const byJob = v.exactOptional(
  v.record(
    v.pipe(v.string(), v.regex(/^[^/]+\/[^/]+$/, 'must name a job as <project>/<id>')),
    change,
    'must be an object of jobs by <project>/<id>',
  ),
);

const changesSchema = objectOf({ dli: byJob, drs: byJob });

/** States for jobs, by service and `<project>/<id>`. */
export type JobChanges = v.InferOutput<typeof changesSchema>;

const parse = (data: unknown): JobChanges => {
  const result = v.safeParse(changesSchema, data);
  if (result.success) return result.output;
  const problems = result.issues.map((issue) => `${v.getDotPath(issue) ?? '.'}: ${issue.message}`);
  throw new Error(`bad job states: ${problems.join('; ')}`);
};

const SERVICES: readonly Service[] = ['dli', 'drs'];

/**
 * Reads states from plain data, puts each in its place, and says how the jobs are then. Throws one error that lists every
 * problem, before anything is put.
 */
export const changeJobs = (
  data: unknown,
  put: (key: JobKey, change: JobChange) => JobChange,
): JobChanges => {
  const changes = parse(data);
  return Object.fromEntries(
    SERVICES.flatMap((service) => {
      const named = changes[service];
      if (named === undefined) return [];
      const changed = Object.entries(named).map(([name, change]) => {
        const [project = '', id = ''] = name.split('/');
        return [name, put({ service, project, id }, change)];
      });
      return [[service, Object.fromEntries(changed)]];
    }),
  );
};
