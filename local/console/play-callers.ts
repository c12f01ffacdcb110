import pLimit from 'p-limit';
import * as v from 'valibot';
import { parseJson } from '../../shared/json/json.ts';
import { isProjectId } from '../../shared/operations/operation.ts';

/** Wishes that are under way at the same time. */
const AT_ONCE = 64;

const schema = v.object({
  project_id: v.custom<string>(isProjectId, 'must be a project id'),
  jobs: v.pipe(
    v.array(v.pipe(v.string(), v.regex(/^\d{1,15}$/, 'must be a number as a string'))),
    v.maxLength(1_000, 'must be 1,000 at most'),
  ),
});

type Burst = v.InferOutput<typeof schema>;

/** Where the stack itself is reached, and by which proof. */
export interface Reach {
  readonly url: string;
  readonly authorization: string;
}

const OPTIONS = { resume_savepoint: true };

const native = ({ project_id }: Burst, job: string) => ({
  path: '/v1/intents',
  body: { operation: 'dli.run', project_id, jobs: [job], options: OPTIONS },
});

const vendor = ({ project_id }: Burst, job: string) => ({
  path: `/v1.0/${project_id}/streaming/jobs/run`,
  body: { job_ids: [Number(job)], ...OPTIONS },
});

const invocation = (burst: Burst, job: string) => ({
  path: '/2015-03-31/functions/accept-event/invocations',
  body: native(burst, job).body,
});

/** Of ten callers, five use the native route, three the vendor's, and two invoke accept-event. */
const CALLERS = [
  ...Array.from({ length: 5 }, () => native),
  ...Array.from({ length: 3 }, () => vendor),
  ...Array.from({ length: 2 }, () => invocation),
];

export type Played =
  | { readonly ok: true; readonly taken: number; readonly refused: number }
  | { readonly ok: false; readonly detail: string };

/**
 * Plays many callers: each sends a wish of its own for one job, over HTTP, all within a moment. A browser has six
 * connections, which is too few callers for that.
 */
export const playCallers = async (text: string, { url, authorization }: Reach): Promise<Played> => {
  const parsed = parseJson(text);
  const read = v.safeParse(schema, parsed.ok ? parsed.value : undefined);
  if (!read.success) return { ok: false, detail: read.issues[0].message };
  const limit = pLimit(AT_ONCE);
  const headers = { authorization, 'content-type': 'application/json' };
  const send = async (job: string, i: number): Promise<boolean> => {
    const { path, body } = (CALLERS[i % CALLERS.length] ?? native)(read.output, job);
    const reply = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    await reply.arrayBuffer();
    return reply.ok && !reply.headers.has('x-amz-function-error');
  };
  const sent = await Promise.all(read.output.jobs.map((job, i) => limit(send, job, i)));
  const taken = sent.filter((isTaken) => isTaken).length;
  return { ok: true, taken, refused: sent.length - taken };
};
