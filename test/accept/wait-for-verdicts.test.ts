import { describe, expect, it } from 'vitest';
import type { JobStatus, Progress, ReadStatus } from '../../shared/accept/read-status.ts';
import { makeRoutes, type RoutesEdges, tellProblem } from '../../shared/accept/routes.ts';
import { makeHttpHandler } from '../../shared/edge/http.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { NATIVE, native, RUN, startRouteEdges } from '../support/accept-routes.ts';
import { letIn } from '../support/callers.ts';
import { askHandler, JSON_TYPE } from '../support/http-events.ts';
import { keptLog } from '../support/logs.ts';
import { idAt, intentOf } from '../support/messages.ts';

const [JOB] = intentOf({ jobs: ['131'] }).jobs.map(jobIdOf);
if (JOB === undefined) throw new Error('no job');

type ReadStatusOf = RoutesEdges['status']['readStatus'];

const told = (status: Progress, more: Omit<JobStatus, 'job_id'> = {}): ReadStatus => ({
  kind: 'told',
  status: { intent_id: idAt(11), status, jobs: [{ job_id: JOB, ...more }] },
});

/** The routes of accept-http, over a ledger that tells this of every intent. */
const begin = (read: ReadStatus) => {
  const { edges } = startRouteEdges();
  const reads: unknown[] = [];
  const readStatus: ReadStatusOf = async (...asked) => {
    reads.push(asked);
    return read;
  };
  const handler = makeHttpHandler({
    routes: makeRoutes({ ...edges, status: { ...edges.status, readStatus } }),
    tell: tellProblem,
    admit: letIn(),
    takeToken: () => 0,
    newIntentId: () => idAt(11),
    log: keptLog().log,
  });
  const post = (path: string, body: unknown, prefer?: string) =>
    askHandler(handler, {
      path,
      body: JSON.stringify(body),
      headers: { ...JSON_TYPE, ...(prefer !== undefined && { prefer }) },
    });
  return { post, reads };
};

describe('a caller that waits', () => {
  it('is told every verdict, and that its preference was applied', async () => {
    const { post, reads } = begin(told('settled', { outcome: 'delivered' }));
    const answer = await post(NATIVE, native, 'wait=7');
    expect(answer.status).toBe(200);
    expect(reads).toEqual([[idAt(11), 'caller']]);
    expect(answer.body).toMatchObject({
      status: 'settled',
      jobs: [{ job_id: '131', outcome: 'delivered' }],
    });
    expect(answer.headers['preference-applied']).toBe('wait=7');
    expect(answer.headers).not.toHaveProperty('location');
  });

  it('longer than it may is told only where to ask', async () => {
    const { post } = begin(told('in_progress'));
    const answer = await post(NATIVE, native, 'wait=7');
    expect(answer.status).toBe(202);
    expect(answer.headers).not.toHaveProperty('preference-applied');
    expect(answer.headers.location).toContain(idAt(11));
  });

  it('on the vendor’s route, is told which job was refused', async () => {
    const body = { job_ids: [131] };
    const error = { code: 'DLI.0002', message: 'The job does not exist.' };
    const rejected = await begin(told('settled', { outcome: 'rejected', error })).post(
      RUN,
      body,
      'wait=7',
    );
    expect(rejected.body).toMatchObject([{ is_success: 'false' }]);
    expect(rejected.headers['preference-applied']).toBe('wait=7');
    const unknown = await begin({ kind: 'unreachable' }).post(RUN, body, 'wait=7');
    expect(unknown.body).toMatchObject([{ is_success: 'true' }]);
  });
});

it('a caller that does not wait reads nothing of the ledger, and is told of no preference', async () => {
  const { post, reads } = begin(told('settled', { outcome: 'delivered' }));
  const answer = await post(NATIVE, native);
  expect(answer.status).toBe(202);
  expect(answer.headers).not.toHaveProperty('preference-applied');
  expect(reads).toEqual([]);
});
