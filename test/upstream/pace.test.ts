import { describe, expect, it } from 'vitest';
import { isProjectId, type UpstreamRequest } from '../../shared/operations/operation.ts';
import { heldBack, type Reply } from '../../shared/reply/reply.ts';
import { makePaced } from '../../shared/upstream/pace.ts';
import { hindrance } from '../../shared/upstream/send.ts';
import { makeSchedule } from '../simulation/schedule.ts';
import { ANY_TIME, turnUntil } from '../support/deadlines.ts';
import { replied } from '../support/replies.ts';

const projectOf = (text: string) => {
  if (!isProjectId(text)) throw new Error('no project id');
  return text;
};

const request = (project = 'p'): UpstreamRequest => ({
  service: 'dli',
  project: projectOf(project),
  method: 'POST',
  path: '/jobs',
});

const throttle = (retryAfter?: number): Reply =>
  replied(
    429,
    { error_code: 'APIGW.0308', error_msg: 'words' },
    retryAfter === undefined ? {} : { retryAfter },
  );
const good = replied(200, [{ is_success: 'true' }]);

/** A sender over a clock that pauses move; requests are listed with the second in which they went out. */
const begin = (replies: readonly Reply[], secondsLeft = 1_000) => {
  let at = 0;
  let chance = 0;
  const sent: string[] = [];
  const send = makePaced({
    send: async ({ project }, turn) => {
      if (hindrance(turn, at) !== undefined) return heldBack('no time left');
      sent.push(`${project} ${(at / 1_000).toFixed(2)}`);
      return replies[sent.length - 1] ?? good;
    },
    now: () => at,
    random: () => {
      chance = (chance + 0.37) % 1;
      return chance;
    },
    pause: async (ms) => {
      at = Math.max(at, at + ms);
    },
  });
  const turn = turnUntil(secondsLeft * 1_000);
  return {
    sent,
    at: () => at / 1_000,
    send: (project?: string) => send(request(project), turn),
  };
};

describe('a throttled request is sent again, at the pace of its project', () => {
  it('until it is served', async () => {
    const { send, sent } = begin([throttle(), throttle()]);
    expect(await send()).toBe(good);
    expect(sent).toHaveLength(3);
  });

  it('later each time', async () => {
    const { send, sent } = begin([throttle(), throttle(), throttle()]);
    await send();
    const times = sent.map((line) => Number(line.split(' ')[1]));
    const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    expect(gaps).toEqual(gaps.toSorted((a, b) => a - b));
    expect(gaps[0]).toBeGreaterThan(0.05);
  });

  it('whole beside a status of success too', async () => {
    const { send, sent } = begin([replied(202, { error_code: 'DRS.M01503', error_msg: 'words' })]);
    expect(await send()).toBe(good);
    expect(sent).toHaveLength(2);
  });

  it('but not where it is told job by job: who is not named may have been served', async () => {
    const rows = [{ id: 'a', status: 'failed', error_code: 'DRS.M01503', error_msg: 'words' }];
    const told = replied(202, { results: rows });
    const { send, sent } = begin([told, told, told]);
    for (let n = 0; n < 3; n++) expect(await send()).toBe(told);
    expect(sent).toHaveLength(3);
    // They slow the next ones down like any throttle.
    await send();
    expect(sent).toHaveLength(4);
    expect(sent[3]).not.toBe('p 0.00');
  });

  it('and not before the upstream’s Retry-After', async () => {
    const { send, sent } = begin([throttle(7)]);
    await send();
    expect(sent).toEqual(['p 0.00', 'p 7.00']);
  });

  it('six times at the most: then the throttle is the reply', async () => {
    const { send, sent } = begin(new Array(10).fill(throttle()));
    expect(await send()).toEqual(throttle());
    expect(sent).toHaveLength(6);
  });

  it('and less where all who go that way are throttled', async () => {
    const { send, sent } = begin(new Array(20).fill(throttle()));
    await send();
    await send();
    await send();
    expect(sent).toHaveLength(6 + 2 + 1);
  });

  it('never where there is no time left: it comes back, and the upstream is not to blame', async () => {
    const { send, sent, at } = begin(new Array(10).fill(throttle()), 0.2);
    const reason = expect.stringMatching(/^throttled: the next turn is in [1-9]\d{1,2} ms$/);
    expect(await send()).toEqual({ kind: 'unsent', why: 'held', reason });
    expect(at()).toBeLessThan(0.2);
    expect(sent.length).toBeLessThanOrEqual(3);
  });

  it('never where there is no time for the upstream’s own pause: the throttle is the reply', async () => {
    const { send, sent, at } = begin([throttle(60)], 30);
    expect(await send()).toEqual(throttle(60));
    expect([sent, at()]).toEqual([['p 0.00'], 0]);
  });

  it('who comes after that is held back, without a word to the upstream', async () => {
    const { send, sent } = begin([throttle(60)], 30);
    await send();
    expect(await send()).toMatchObject({ kind: 'unsent', why: 'held' });
    expect(sent).toHaveLength(1);
  });
});

describe('who goes the same way at once', () => {
  const LATENCY = 10;

  /** Requests that come at these times, and wait side by side: when each went out, and who had to pause. */
  const play = async (replies: readonly Reply[], times: readonly number[]) => {
    const schedule = makeSchedule(0);
    const pass = (ms: number) => new Promise<void>((resolve) => schedule.after(ms, resolve));
    const sent: number[] = [];
    const pauses: number[] = [];
    const send = makePaced({
      send: async () => {
        const reply = replies[sent.length] ?? good;
        sent.push(schedule.now());
        await pass(LATENCY);
        return reply;
      },
      now: schedule.now,
      random: () => 0.5,
      pause: (ms) => {
        pauses.push(ms);
        return pass(ms);
      },
    });
    const all = Promise.all(
      times.map(async (time) => {
        await pass(time);
        return send(request(), ANY_TIME);
      }),
    );
    await schedule.run(() => false);
    expect(new Set(await all)).toEqual(new Set([good]));
    return { sent, pauses };
  };

  it('goes without a pause, as long as none is throttled', async () => {
    expect(await play([], [0, 0, 0, 0])).toEqual({ sent: [0, 0, 0, 0], pauses: [] });
  });

  it('and so also after a single one was', async () => {
    const { sent } = await play([throttle()], [0, 2_000, 2_000, 2_000, 2_000]);
    expect([sent[0], ...sent.slice(2)]).toEqual([0, 2_000, 2_000, 2_000, 2_000]);
  });

  it('goes one after another, each in a turn of its own, once several were', async () => {
    const refused = new Array(4).fill(throttle());
    const { sent } = await play(refused, [0, 0, 0, 0, 500, 500, 500, 500]);
    expect(sent.slice(0, 4)).toEqual([0, 0, 0, 0]);
    const gaps = sent.slice(5).map((time, i) => time - (sent[i + 4] ?? 0));
    expect(gaps).toHaveLength(7);
    expect(Math.min(...gaps)).toBeGreaterThan(50);
  });

  it('sooner, as soon as the upstream serves more than was known', async () => {
    // Two are refused at once. The others were under way by then, and are served.
    const some = await play([throttle(), throttle(), throttle()], new Array(40).fill(0));
    const none = await play(new Array(40).fill(throttle()), new Array(40).fill(0));
    expect(some.sent.at(-1)).toBeLessThan((none.sent.at(-1) ?? 0) / 4);
  });

  it('and not before a pause is over that the upstream asked for while they waited', async () => {
    const { sent } = await play([throttle(), throttle(), throttle(), throttle(7)], [0, 0, 0]);
    const [first = 0, ...others] = sent.slice(3);
    expect(others).toHaveLength(3);
    expect(Math.min(...others)).toBeGreaterThanOrEqual(first + LATENCY + 7_000);
  });
});

describe('only who is served brings the pace up', () => {
  const trouble = [replied(401, { error_code: 'APIGW.0301' }), replied(500, ''), replied(302, '')];
  it.each(trouble)('%j does not, nor does it end a row of throttles', async (reply) => {
    const row = Array.from({ length: 10 }, () => [throttle(), reply]).flat();
    const { send, sent } = begin(row);
    for (let n = 0; n < 7; n++) expect(await send()).toBe(reply);
    // The eighth throttle in a row is the reply.
    expect(await send()).toEqual(throttle());
    expect(sent).toHaveLength(15);
    const times = sent.map((line) => Number(line.split(' ')[1]));
    const gapAt = (n: number): number => (times[n + 2] ?? 0) - (times[n] ?? 0);
    expect(gapAt(12)).toBeGreaterThan(2 * gapAt(0));
  });
});

describe('no other request is held up', () => {
  it('another project goes at once', async () => {
    const { send, sent } = begin([throttle(60)], 30);
    await send('slow');
    await send('quick');
    expect(sent).toEqual(['slow 0.00', 'quick 0.00']);
  });
});

describe('what is no throttle is never sent again', () => {
  it.each<[string, Reply]>([
    ['a server in trouble', replied(500, '')],
    ['silence', { kind: 'silent', reason: 'timeout' }],
    ['no connection', { kind: 'unsent', why: 'unreachable', reason: 'refused' }],
    ['a refused credential', replied(401, { error_code: 'APIGW.0301' })],
    ['a refusal', replied(400, [{ error_code: 'DLI.0001' }])],
    ['a busy task', replied(202, { results: [{ error_code: 'DRS.M01504' }] })],
  ])('%s', async (_, reply) => {
    const { send, sent } = begin([reply]);
    expect(await send()).toBe(reply);
    expect(sent).toHaveLength(1);
  });
});
