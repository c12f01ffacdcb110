import { describe, expect, it } from 'vitest';
import { makeLookAt } from '../../shared/control/look.ts';
import { OPERATIONS } from '../../shared/operations/index.ts';
import {
  jobIdOf,
  type OperationName,
  type UpstreamRequest,
} from '../../shared/operations/operation.ts';
import { heldBack, type Reply } from '../../shared/reply/reply.ts';
import { ANY_TIME, TOO_LATE } from '../support/deadlines.ts';
import { keptLog } from '../support/logs.ts';
import { intentOf } from '../support/messages.ts';
import { replied } from '../support/replies.ts';
import { wordOf } from '../support/sightings.ts';

const { project_id: project } = intentOf({});
const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i));

/** Looks at so many jobs, by edges that keep every request. */
const begin = (
  reply: (request: UpstreamRequest) => Reply | Promise<Reply>,
  {
    concurrency = 8,
    isInTime = () => true,
  }: { concurrency?: number; isInTime?: () => boolean } = {},
) => {
  const requests: UpstreamRequest[] = [];
  const { log, lines } = keptLog();
  const send = async (request: UpstreamRequest): Promise<Reply> => {
    requests.push(request);
    return reply(request);
  };
  const lookAt = makeLookAt(
    { send, giveUpList: async () => {}, log, now: () => 0 },
    { concurrency },
    () => (isInTime() ? ANY_TIME : TOO_LATE),
  );
  const look = async (operation: OperationName, ids: readonly string[]) => {
    const jobs = intentOf({ operation, jobs: ids }).jobs.map(jobIdOf);
    const seen = await lookAt(OPERATIONS[operation], project, jobs);
    return Object.fromEntries(Array.from(seen, ([job, sighting]) => [job, wordOf(sighting)]));
  };
  return { look, requests, lines };
};

const detail = (status: string): Reply => replied(200, { job_detail: { status } });

describe('a look asks for as many jobs as its request takes', () => {
  it('DLI: one by one', async () => {
    const { look, requests } = begin(({ path }) => detail(`status-of-${path.split('/').at(-1)}`));
    const seen = await look('dli.run', ['7', '8', '9']);
    expect(seen).toEqual({ 7: 'status-of-7', 8: 'status-of-8', 9: 'status-of-9' });
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET']);
    // A circuit breaker of its own, and no lane of a call.
    expect(requests[0]).toMatchObject({ route: 'look', isLook: true });
  });

  it('DRS: by pages of a hundred, and every page is whole', async () => {
    const { look, requests } = begin(({ body = '' }) => {
      const { jobs, page_req } = JSON.parse(body);
      const page = jobs.slice(0, page_req.per_page);
      return replied(200, {
        results: page.map((id: string) => ({ id, status: `OF-${id}` })),
        count: jobs.length,
      });
    });
    const ids = numbers(250);
    expect(await look('drs.start', ids)).toEqual(
      Object.fromEntries(ids.map((id) => [id, `OF-${id}`])),
    );
    const asked = requests.map(({ body = '' }) => JSON.parse(body).jobs);
    expect(asked.map((jobs) => jobs.length)).toEqual([100, 100, 50]);
    expect(asked.flat()).toEqual(ids);
  });
});

describe('a look that brings nothing leaves its jobs out', () => {
  it('and hurts no other', async () => {
    const replies: Record<string, Reply> = {
      1: { kind: 'silent', reason: 'timeout' },
      2: replied(429, { error_code: 'APIGW.0308', error_msg: 'words' }),
      3: replied(400, { error_code: 'DLI.0002', error_msg: 'words' }),
    };
    const { look, lines } = begin(
      ({ path }) => replies[path.split('/').at(-1) ?? ''] ?? detail('job_running'),
    );
    expect(await look('dli.stop', ['1', '2', '3', '4'])).toEqual({
      3: 'missing',
      4: 'job_running',
    });
    expect(lines).toMatchObject([{ event: 'look', fields: { jobs: 4, seen: 2 } }]);
  });
});

describe('a look that was held back was not made', () => {
  it('its jobs are not asked about, and the log does not count them as seen', async () => {
    const replies: Record<string, Reply> = {
      1: heldBack('no time left'),
      2: { kind: 'unsent', why: 'unreachable', reason: 'no connection' },
      3: replied(200, { is_success: 'true' }),
    };
    const { look, lines } = begin(
      ({ path }) => replies[path.split('/').at(-1) ?? ''] ?? detail('job_running'),
    );
    expect(await look('dli.run', ['1', '2', '3', '4'])).toEqual({
      1: 'unasked',
      3: 'untold',
      4: 'job_running',
    });
    expect(lines).toMatchObject([{ event: 'look', fields: { jobs: 4, seen: 2 } }]);
  });
});

describe('looks keep within bounds', () => {
  it('none is begun when time is short', async () => {
    let asked = 0;
    const { look, requests } = begin(
      () => {
        asked++;
        return detail('job_running');
      },
      { concurrency: 1, isInTime: () => asked < 3 },
    );
    const seen = await look('dli.run', numbers(10));
    expect(Object.values(seen)).toEqual([
      ...Array(3).fill('job_running'),
      ...Array(7).fill('unasked'),
    ]);
    expect(requests).toHaveLength(3);
  });

  it('so many at once, however many are asked for at once', async () => {
    let [open, most] = [0, 0];
    const { look, requests } = begin(
      async () => {
        most = Math.max(most, ++open);
        await new Promise((done) => setImmediate(done));
        open--;
        return detail('job_running');
      },
      { concurrency: 3 },
    );
    await Promise.all(numbers(5).map(() => look('dli.run', numbers(10))));
    expect(requests).toHaveLength(50);
    expect(most).toBe(3);
  });
});
