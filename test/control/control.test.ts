import { describe, expect, it } from 'vitest';
import {
  agree,
  message,
  outcomes,
  refusal,
  startControlRoom,
  YES,
} from '../support/control-room.ts';
import { idAt, NOW, PROJECT } from '../support/messages.ts';
import { replied } from '../support/replies.ts';

describe('a batch becomes calls, and each job a result', () => {
  it('one call for all who ask alike, with all there is to tell', async () => {
    const { run, calls, results } = startControlRoom();
    const accepted_at = '2026-01-31T11:59:58.000Z';
    const batch = [
      message('m1', { age: 1, jobs: ['9223372036854775807'], accepted_at, correlation_id: 'c' }),
      message('m2', { age: 2, jobs: ['131'], accepted_at }),
    ];
    expect(await run(batch)).toEqual([]);
    expect(calls).toEqual([
      {
        path: `/v1.0/${PROJECT}/streaming/jobs/run`,
        body: '{"job_ids":[9223372036854775807,131]}',
        jobs: ['9223372036854775807', '131'],
      },
    ]);
    expect(JSON.parse(JSON.stringify(results))).toEqual([
      {
        result_id: `${idAt(1)}/9223372036854775807`,
        outcome: 'delivered',
        evidence: 'positional',
        operation: 'dli.run',
        project_id: PROJECT,
        job_id: '9223372036854775807',
        intent_id: idAt(1),
        caller: 'test',
        correlation_id: 'c',
        call: { id: expect.any(String), size: 2, attempts: 1 },
        accepted_at,
        settled_at: NOW,
        queued_ms: 2_000,
        upstream_ms: 0,
      },
      expect.objectContaining({ result_id: `${idAt(2)}/131` }),
    ]);
  });

  it('nothing for nothing', async () => {
    const { run, calls, results, postponed } = startControlRoom();
    expect(await run([])).toEqual([]);
    expect([calls, results, [...postponed]]).toEqual([[], [], []]);
  });

  it('a bounded number at once', async () => {
    let [open, most] = [0, 0];
    const { run, calls } = startControlRoom({
      maxJobsPerCall: 1,
      callConcurrency: 3,
      reply: async (call) => {
        most = Math.max(most, ++open);
        await new Promise((done) => setImmediate(done));
        open--;
        return agree(call);
      },
    });
    await run([message('m1', { jobs: Array.from({ length: 20 }, (_, i) => String(i)) })]);
    expect(calls).toHaveLength(20);
    expect(most).toBe(3);
  });
});

describe('a message given twice in a batch is answered once', () => {
  it('one call, one event per (intent, job), and both are done', async () => {
    const { run, calls, results } = startControlRoom();
    const wish = { jobs: ['131', '130'] };
    expect(await run([message('m1', wish), message('m2', wish)])).toEqual([]);
    expect(calls).toHaveLength(1);
    expect(outcomes(results)).toEqual(['130 delivered', '131 delivered']);
  });

  it('so too where it needs no call', async () => {
    const { run, results } = startControlRoom();
    const old = { age: 1, operation: 'dli.run' } as const;
    expect(
      await run([
        message('m1', old),
        message('m2', old),
        message('m3', { age: 2, operation: 'dli.stop' }),
      ]),
    ).toEqual([]);
    expect(outcomes(results)).toEqual(['131 delivered', '131 superseded']);
  });

  it('and where it is not published both stay', async () => {
    const { run } = startControlRoom({ publishes: () => false });
    expect(await run([message('m1', {}), message('m2', {})])).toEqual(['m1', 'm2']);
  });
});

describe('what cannot be read is dead-lettered, and delays no other message (P8)', () => {
  it('as it came, with the reason, while the others are carried out', async () => {
    const { run, results, deadLettered, postponed } = startControlRoom();
    const bad = message('m1', '{"v":1 \u0000');
    expect(await run([bad, message('m2', {})])).toEqual([]);
    expect(deadLettered).toEqual([[bad, 'the message is not JSON']]);
    expect(outcomes(results)).toEqual(['131 delivered']);
    expect([...postponed]).toEqual([]);
  });

  it('where it cannot be dead-lettered it stays on the queue, it alone', async () => {
    const { run, results, postponed } = startControlRoom({ takesDeadLetters: () => false });
    expect(await run([message('m1', 'x'), message('m2', {}), message('m3', '[]')])).toEqual([
      'm1',
      'm3',
    ]);
    expect(outcomes(results)).toEqual(['131 delivered']);
    expect([...postponed.keys()]).toEqual(['m1', 'm3']);
  });

  it('and the log has nothing of the message', async () => {
    const { run, lines } = startControlRoom();
    await run([message('m1', '{"token":"hunter2"')]);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });
});

describe('a message comes back after a while', () => {
  it('that grows with how often it came', async () => {
    const { run, postponed } = startControlRoom({
      reply: () => replied(400, [refusal('DRS.M01504')]),
    });
    expect(
      await run([message('m1', { jobs: ['1'] }, 1), message('m2', { jobs: ['2'] }, 6)]),
    ).toEqual(['m1', 'm2']);
    expect([...postponed]).toEqual([
      ['m1', 2],
      ['m2', 64],
    ]);
  });

  it('that stays short where there was only no time for it', async () => {
    const { run, postponed } = startControlRoom({
      remainingMs: () => 24_000,
      limits: { maxReceives: 1_000 },
    });
    await run([
      message('m1', { jobs: ['1'] }, 1),
      message('m2', { jobs: ['2'] }, 20),
      // Not for ever, or the receive count would run out before the deadline.
      message('m3', { jobs: ['3'] }, 100),
    ]);
    expect([...postponed].toSorted()).toEqual([
      ['m1', 2],
      ['m2', 2],
      ['m3', 450],
    ]);
  });

  it('that is no shorter than the upstream asks for, where it asks', async () => {
    const { run, postponed } = startControlRoom({
      reply: (call) =>
        call.path.startsWith('/v3/')
          ? agree(call)
          : replied(429, refusal('APIGW.0308'), { retryAfter: 120 }),
    });
    const batch = [
      message('m1', { age: 1 }),
      message('m2', { age: 2, operation: 'drs.start', jobs: ['a'] }),
    ];
    expect(await run(batch)).toEqual(['m1']);
    expect([...postponed]).toEqual([['m1', 120]]);
  });
});

describe('a stop and a run after it are a restart', () => {
  it('the stop is called, the run is given back for later', async () => {
    let at = Date.parse(NOW);
    const { run, calls, results, postponed } = startControlRoom({
      now: () => at,
      statusOf: () => 'job_cancel_success',
    });
    const stop = message('m1', { age: 1, operation: 'dli.stop' });
    const start = message('m2', { age: 2, options: { resume_savepoint: true } });
    expect(await run([start, stop])).toEqual(['m2']);
    expect(calls.map(({ path }) => path)).toEqual([`/v1.0/${PROJECT}/streaming/jobs/stop`]);
    expect(outcomes(results)).toEqual(['131 delivered']);
    expect([...postponed]).toEqual([['m2', 30]]);
    at += 30_000;
    expect(await run([start])).toEqual([]);
    expect(calls.at(-1)?.body).toBe('{"job_ids":[131],"resume_savepoint":true}');
  });
});

describe('no call is begun when time is short', () => {
  it('its messages stay, and what needs no call is settled all the same', async () => {
    const { run, calls, results } = startControlRoom({ remainingMs: () => 24_999 });
    const late = message('m2', { age: 2, jobs: ['2'], expires_at: NOW });
    expect(await run([message('m1', { age: 1, jobs: ['1'] }), late])).toEqual(['m1']);
    expect(calls).toEqual([]);
    expect(outcomes(results)).toEqual(['2 expired']);
  });

  it('calls that wait for a slot are not begun either', async () => {
    let calls = 0;
    const room = startControlRoom({
      maxJobsPerCall: 1,
      callConcurrency: 1,
      remainingMs: () => (calls < 2 ? 25_000 : 24_999),
      reply: (call) => {
        calls++;
        return agree(call);
      },
    });
    const batch = ['1', '2', '3', '4'].map((job, i) => message(`m${job}`, { age: i, jobs: [job] }));
    expect(await room.run(batch)).toEqual(['m3', 'm4']);
    expect(outcomes(room.results)).toEqual(['1 delivered', '2 delivered']);
  });

  it('nor is a refused call taken further apart', async () => {
    let calls = 0;
    const room = startControlRoom({
      remainingMs: () => (calls < 2 ? 25_000 : 24_999),
      reply: ({ jobs }) => {
        calls++;
        return jobs.includes('4')
          ? replied(400, refusal('DLI.0001'))
          : replied(
              200,
              jobs.map(() => YES),
            );
      },
    });
    const batch = ['1', '2', '3', '4'].map((job, i) => message(`m${job}`, { age: i, jobs: [job] }));
    expect(await room.run(batch)).toEqual(['m3', 'm4']);
    expect(outcomes(room.results)).toEqual(['1 delivered', '2 delivered']);
  });
});
