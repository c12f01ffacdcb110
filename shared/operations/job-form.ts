import * as v from 'valibot';
import { closedObject } from '../json/closed-object.ts';
import { isObject } from '../json/json.ts';
import { wireForm } from '../json/wire-form.ts';
import { jobIdSchema } from './job-list.ts';
import type { Job, JobForm, JobId, JobIdRule, JobOptions } from './operation.ts';

/** A job has one spelling: without options it is its bare id. */
export const bareIfPlain = (job: { readonly job_id: JobId } & JobOptions): Job =>
  Object.keys(job).length > 1 ? job : job.job_id;

const isText = (value: unknown): value is string => typeof value === 'string';

/** A job on the native route: its bare id, or an object with the id and options. */
const nativeSchema = (
  id: JobIdRule,
  options: v.ObjectEntries,
  needed: readonly string[],
): v.GenericSchema<unknown, Job> => {
  const bare = jobIdSchema(id);
  const full = v.pipe(
    closedObject({ ...options, job_id: bare }, 'must be a job id or an object with one'),
    v.transform(({ job_id, ...others }) => bareIfPlain({ job_id, ...others })),
  );
  const wanted = ['job_id', ...needed].join(' and ');
  const refused = v.pipe(
    bare,
    v.check(() => false, `must be an object with ${wanted}`),
  );
  const alone = needed.length === 0 ? bare : refused;
  return v.pipe(
    v.lazy((job) => (isObject(job) ? full : alone)),
    wireForm((of) => (needed.length === 0 ? { anyOf: [of(bare), of(full)] } : of(full))),
  );
};

/**
 * How a job is written on its way through. Its options are those of its operation. If one of them is required, a bare id
 * is no job.
 */
export const jobForm = (id: JobIdRule, options: v.ObjectEntries = {}): JobForm => {
  const needed = Object.keys(options).filter(
    (name) => !v.is(v.object({ [name]: options[name] ?? v.unknown() }), {}),
  );
  const full = v.strictObject({
    ...options,
    job_id: v.custom<string>((text) => isText(text) && id.is(text)),
  });
  return {
    detail: id.detail,
    needed,
    options: Object.keys(options),
    entries: options,
    schema: nativeSchema(id, options, needed),
    is: (job): job is Job =>
      isText(job)
        ? needed.length === 0 && id.is(job)
        : v.is(full, job) && Object.keys(job as object).length > 1,
  };
};
