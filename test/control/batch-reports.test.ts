import { describe, expect, it } from 'vitest';
import { AllRequestsRefusedError, makeControlLoop } from '../../shared/control/control.ts';
import type { Received } from '../../shared/control/received.ts';
import { message, startControlRoom, YES } from '../support/control-room.ts';
import { LIMITS } from '../support/limits.ts';
import { keptLog } from '../support/logs.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { idAt, NOW } from '../support/messages.ts';
import { replied } from '../support/replies.ts';

const AT = Date.parse(NOW);

describe('each batch leaves one line in the log', () => {
  it('how much there was of everything, and how long it took', async () => {
    let at = AT;
    const { run, lines } = startControlRoom({
      now: () => at,
      reply: ({ jobs }) => {
        at += 40;
        return replied(
          200,
          jobs.map((job) => (job === '2' ? {} : YES)),
        );
      },
    });
    await run([
      message('m1', { age: 1, jobs: ['1'] }),
      message('m2', { age: 2, jobs: ['2'] }),
      message('m3', 'x'),
    ]);
    expect(lines.filter(({ event }) => event === 'batch')).toEqual([
      {
        level: 'info',
        event: 'batch',
        fields: {
          messages: 3,
          unreadable: 1,
          given_back: 1,
          given_back_by: { unanswered: 1 },
          oldest: {
            intent_id: idAt(2),
            caller: 'test',
            operation: 'dli.run',
            project_id: '054ba152d480d55b2f5dc0069e7ddef0',
            job_id: '2',
            age: 60,
          },
          ms: 40,
        },
      },
    ]);
  });

  it('and the oldest intent that it leaves open, with a job that has no verdict', async () => {
    const { run, lines } = startControlRoom({
      now: () => AT + 90_000,
      reply: ({ jobs }) =>
        replied(
          200,
          jobs.map((job) => (job === '2' || job === '3' ? {} : YES)),
        ),
    });
    await run([
      message('m1', { age: 5, jobs: ['3'], accepted_at: new Date(AT + 60_000).toISOString() }),
      message('m2', { age: 4, jobs: ['1', '2'], correlation_id: 'nightly' }),
      message('m3', { age: 3, jobs: ['4'] }),
    ]);
    const [batch] = lines.filter(({ event }) => event === 'batch');
    expect(batch?.fields).toMatchObject({
      given_back: 2,
      oldest: { intent_id: idAt(4), job_id: '2', age: 150 },
    });
  });

  it('also if the ledger told nothing of it', async () => {
    const { run, lines } = startControlRoom({
      ledger: { read: async () => undefined, write: async () => 'unknown' },
    });
    await run([message('m1', { age: 1, jobs: ['7'] })]);
    const [batch] = lines.filter(({ event }) => event === 'batch');
    expect(batch?.fields).toMatchObject({ oldest: { intent_id: idAt(1), job_id: '7' } });
  });

  it('and no reason, if nothing comes back', async () => {
    const { run, lines } = startControlRoom();
    await run([message('m1', {})]);
    expect(lines.filter(({ event }) => event === 'batch').map(({ fields }) => fields)).toEqual([
      { messages: 1, unreadable: 0, given_back: 0, ms: 0 },
    ]);
  });
});

describe('a call that is not begun for want of time', () => {
  it('is told of, with how many jobs wait for it', async () => {
    const { run, lines, calls } = startControlRoom({ remainingMs: () => 24_999 });
    await run([message('m1', { jobs: ['1', '2'] })]);
    expect(calls).toEqual([]);
    expect(lines).toContainEqual({
      level: 'warn',
      event: 'no time left',
      fields: { operation: 'dli.run', jobs: 2 },
    });
  });

  it('one that has just enough is begun', async () => {
    const { run, calls } = startControlRoom({ remainingMs: () => 25_000 });
    expect(await run([message('m1', {})])).toEqual([]);
    expect(calls).toHaveLength(1);
  });
});

describe('a project without a credential', () => {
  it('its jobs are refused, with what is to be done; nothing is sent, and others go on', async () => {
    const { run, calls, results } = startControlRoom({
      identify: async (project) =>
        project === 'p' ? { kind: 'none' } : { kind: 'known', key: 'key' },
    });
    const batch = [
      message('m1', { age: 1, project_id: 'p', jobs: ['1'] }),
      message('m2', { age: 2, project_id: 'q', jobs: ['2'] }),
    ];
    expect(await run(batch)).toEqual([]);
    expect(calls.map(({ jobs }) => jobs)).toEqual([['2']]);
    expect(results.find(({ job_id }) => job_id === '1')).toMatchObject({
      outcome: 'rejected',
      settled_at: NOW,
      error: {
        code: 'no-credential',
        message: 'There is no credential for this project: add one to the upstream’s secret',
      },
    });
  });
});

describe('an invocation fails if the upstream refused every request, and nothing else was done', () => {
  const begin = () => {
    const { log } = keptLog();
    const postponed: string[] = [];
    let ids = 0;
    const loop = makeControlLoop<Received>(
      {
        ledger: memoryLedger(),
        identify: async () => ({ kind: 'known', key: 'key' }),
        send: async () => replied(503, ''),
        publish: async (results) => results.map(() => true),
        remove: async () => undefined,
        deadLetter: async () => true,
        postpone: async (messages) => {
          postponed.push(...messages.map(([{ messageId }]) => messageId));
        },
        log,
        now: () => AT,
        random: () => 0,
        newId: () => `id ${++ids}`,
      },
      LIMITS,
    );
    return { postponed, run: (...batch: readonly Received[]) => loop(batch, () => 60_000) };
  };
  const LAST = '503: not a reply of the service: an empty body';
  const both = [message('m1', { age: 1 }), message('m2', { age: 2, jobs: ['2'] })] as const;

  it('it says so, when all is done', async () => {
    const { run, postponed } = begin();
    const running = run(...both);
    await expect(running).rejects.toThrow(AllRequestsRefusedError);
    await expect(running).rejects.toMatchObject({
      name: 'AllRequestsRefusedError',
      message: `The upstream refused every request of this batch; its messages come back. The last refusal: ${LAST}`,
    });
    expect(postponed).toEqual(['m1', 'm2']);
  });

  it('one message that is done is enough to name the others', async () => {
    expect(await begin().run(...both, message('m3', 'x'))).toEqual(['m1', 'm2']);
  });
});
