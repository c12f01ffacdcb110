import { bodyOf } from './messages.ts';
import { recordOf } from './sqs.ts';

/** The projects of a room of secrets: by pairs of keys (k), temporary keys (t) and users (u). */
export const PROJECTS = ['k0', 'k1', 'k2', 't0', 't1', 'u0', 'u1', 'u2'];

/** The batches of one invocation: a run and a start for each project, one of them for the last time, one unreadable. */
const intentsOf = (round: number) =>
  PROJECTS.flatMap((project_id, i) => {
    const age = round * 100 + i * 2 + 1;
    const jobs = [`${age}1`, `${age}2`];
    return [
      recordOf(bodyOf({ age, project_id, jobs }), {}, `run ${age}`),
      recordOf(
        bodyOf({ age: age + 1, operation: 'drs.start', project_id, jobs }),
        {},
        `start ${age}`,
      ),
    ];
  }).map((record, i) =>
    i === 3
      ? { ...record, attributes: { ...record.attributes, ApproximateReceiveCount: '99' } }
      : record,
  );

const UNREADABLE = recordOf('not JSON', { trace: { dataType: 'String', stringValue: 't' } }, 'odd');

/** What the queue hands over in one invocation. */
export const recordsOf = (round: number) => [...intentsOf(round), UNREADABLE];
