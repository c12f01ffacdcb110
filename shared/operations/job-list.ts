import * as v from 'valibot';
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

/** Where a job is listed again with other options, so that it is unclear which were meant; -1 if nowhere. */
const contradiction = (jobs: readonly Job[]): number => {
  if (jobs.every((job) => typeof job === 'string')) return -1;
  const seen = new Map<JobId, string>();
  return jobs.findIndex((job) => {
    const text = JSON.stringify(job);
    const earlier = seen.get(jobIdOf(job)) ?? text;
    seen.set(jobIdOf(job), text);
    return earlier !== text;
  });
};

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
      if (!dataset.typed) return;
      const index = contradiction(dataset.value);
      if (index < 0) return;
      const path: [v.ArrayPathItem] = [
        {
          type: 'array',
          origin: 'value',
          input: dataset.value as Job[],
          key: index,
          value: dataset.value[index],
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
