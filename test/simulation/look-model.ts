import type { Unread } from '../../shared/reply/reply.ts';
import type { Look } from './chronicle.ts';
import type { Outage, Weather } from './climate.ts';
import type { JobsModel } from './job-model.ts';
import { replied, SILENCE } from './reply-model.ts';

/** What jobs are like at this moment. */
export const lookAt = (
  jobs: JobsModel,
  service: Look['service'],
  project: string,
  ids: readonly string[],
): Pick<Look, 'statuses' | 'starts'> => {
  const keys = ids.map((id) => [id, `${service}/${project}/${id}`] as const);
  return {
    statuses: new Map(keys.map(([id, key]) => [id, jobs.shownStatusOf(key)])),
    starts: new Map(keys.map(([id, key]) => [id, jobs.shownStartOf(key)])),
  };
};

/** DLI's job detail, or DRS's list of statuses. */
export const lookReply = ({ service, statuses, starts, tellsStart }: Look): Unread => {
  if (service === 'dli') {
    const [[id, status] = ['', 'missing']] = statuses;
    if (status === 'missing') return replied(400, { error_code: 'DLI.0002', error_msg: 'words' });
    const start = tellsStart ? `,"start_time":${starts.get(id) ?? 0}` : '';
    const detail = `{"job_id":${id},"status":"${status}"${start}}`;
    return replied(200, `{"is_success":"true","job_detail":${detail}}`);
  }
  const results = Array.from(statuses, ([id, status]) =>
    status === 'missing'
      ? { id, error_code: 'DRS.M05003', error_message: 'words' }
      : { id, status },
  );
  return replied(200, { results, count: results.length });
};

const DOWN = replied(500, { error_code: 'DLI.10001', error_msg: 'words' });
const THROTTLED = replied(429, { error_code: 'APIGW.0308', error_msg: 'words' });
const REFUSED = replied(401, { error_code: 'APIGW.0301', error_msg: 'words' });

/** The answer to a look during an outage. */
export const lookOutage = ({ as }: Outage): Unread =>
  ({
    'error 500': DOWN,
    throttle: THROTTLED,
    unauthorized: REFUSED,
    'hang before effect': SILENCE,
  })[as];

/** In place of an answer to a look, if a fault strikes. */
export const lookFault = ({ strikesOne }: Weather): Unread | undefined => {
  switch (strikesOne(['look hangs', 'look error', 'look throttled', 'look html'])) {
    case 'look hangs':
      return SILENCE;
    case 'look error':
      return DOWN;
    case 'look throttled':
      return THROTTLED;
    case 'look html':
      return replied(200, '<html></html>');
    default:
      return undefined;
  }
};
