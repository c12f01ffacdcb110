import { type begin, PROJECT, STATUS } from './begin-upstream.ts';

export type Begun = Awaited<ReturnType<typeof begin>>;

export const SAVE = '{"job_ids":[1],"trigger_savepoint":true}';

export const shownBy = async ({ get }: Begun, id = '1') => {
  const { text } = await get(`/v1.0/${PROJECT}/streaming/jobs/${id}`);
  const { status, start_time } = JSON.parse(text).job_detail;
  return { status, start_time };
};

export const shownTask = async ({ post }: Begun) =>
  JSON.parse((await post(STATUS, '{"jobs":["a"]}')).text).results[0].status;

/** What looks show now and after each of these times. */
export const seen = async (upstream: Begun, steps: readonly number[], look = shownBy) => {
  const all = [];
  for (const ms of steps) {
    upstream.pass(ms);
    all.push((await look(upstream)).status);
  }
  return all;
};
