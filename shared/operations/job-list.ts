import * as v from 'valibot';
import { isObject } from '../json/json.ts';
import { wireForm } from '../json/wire-form.ts';
import { type Job, type JobId, type JobIdRule, jobIdOf } from './operation.ts';

/** Jobs per request. More than one upstream call takes, few enough to validate within one invocation. */
export const MAX_JOBS = 10_000;

/** A job id from outside: JSON string, safe integer or bigint where the service's ids are numbers; canonical text inside. */
export const jobIdSchema = (rule: JobIdRule): v.GenericSchema<unknown, JobId> =>
  v.pipe(
    v.unknown(),
    v.rawTransform(({ dataset: { value }, addIssue, NEVER }) => {
      if (typeof value === 'string' && rule.is(value)) return value as JobId;
      if (rule.numeric && typeof value === 'number' && value > Number.MAX_SAFE_INTEGER) {
        addIssue({
          message: 'is too large for a JSON number to hold exactly: send it as a string',
        });
        return NEVER;
      }
      const text = typeof value === 'bigint' || Number.isSafeInteger(value) ? String(value) : '';
      if (rule.numeric && rule.is(text)) return text as JobId;
      addIssue({ message: rule.detail });
      return NEVER;
    }),
    wireForm(rule.form),
  );

const isId = (value: unknown): boolean =>
  (typeof value === 'string' && value !== '') ||
  typeof value === 'bigint' ||
  Number.isSafeInteger(value);

/** A job of any operation, as far as it can be read without knowing which: an id, or an object with one. */
export const anyJobSchema: v.GenericSchema<unknown, Job> = v.custom<Job>(
  (value) => isId(value) || (isObject(value) && isId(value.job_id)),
  'must be a job id, or an object with a job_id',
);

const idOf = (job: unknown): string | undefined => {
  const id = isObject(job) ? job.job_id : job;
  return typeof id === 'string' ? id : undefined;
};

/** Where a job is listed again with other options, so that it is unclear which were meant; -1 if nowhere. */
const contradiction = (jobs: readonly unknown[], faulty: ReadonlySet<unknown>): number => {
  if (jobs.every((job) => typeof job === 'string')) return -1;
  const seen = new Map<string, string>();
  return jobs.findIndex((job, i) => {
    const id = faulty.has(i) ? undefined : idOf(job);
    if (id === undefined) return false;
    const text = JSON.stringify(job);
    const earlier = seen.get(id) ?? text;
    seen.set(id, text);
    return earlier !== text;
  });
};

/** The places of items that are no jobs. */
const faultyIn = (issues: readonly v.BaseIssue<unknown>[] = []): ReadonlySet<unknown> =>
  new Set(issues.map(({ path }) => path?.[0]?.key));

/**
 * A list of 1 to {@link MAX_JOBS} jobs. Its length is checked before its items, so that a list of a million wrong
 * things is one fault and not a million.
 */
export const jobListSchema = (item: v.GenericSchema<unknown, Job>) =>
  v.pipe(
    v.array(v.unknown(), 'must be an array'),
    v.minLength(1, 'must name at least one job'),
    v.maxLength(MAX_JOBS, `must name at most ${MAX_JOBS} jobs`),
    v.array(item),
    v.rawCheck(({ dataset, addIssue }) => {
      const jobs: readonly unknown[] = Array.isArray(dataset.value) ? dataset.value : [];
      const index = contradiction(jobs, faultyIn(dataset.issues));
      if (index < 0) return;
      const path: [v.ArrayPathItem] = [
        {
          type: 'array',
          origin: 'value',
          input: jobs,
          key: index,
          value: jobs[index],
        },
      ];
      addIssue({ message: 'names a job that is listed before with other options', path });
    }),
    wireForm((of) => ({ type: 'array', minItems: 1, maxItems: MAX_JOBS, items: of(item) })),
  );

/** Each job once, in the order first listed. */
export const distinct = (jobs: readonly Job[]): readonly Job[] => [
  ...new Map(jobs.map((job) => [jobIdOf(job), job])).values(),
];
