import { describe, expect, it } from 'vitest';
import { makeCarryOut } from '../../shared/control/carry-out.ts';
import type { Call } from '../../shared/control/planned.ts';
import type { UpstreamRequest } from '../../shared/operations/operation.ts';
import { heldBack, type Reply } from '../../shared/reply/reply.ts';
import { readied } from '../../shared/upstream/readied.ts';
import { agree, message, startControlRoom } from '../support/control-room.ts';
import { ANY_TIME, ONE_BY_ONE } from '../support/deadlines.ts';
import { keptLog } from '../support/logs.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { NOW } from '../support/messages.ts';
import { keptWrites, openWishes, theOnly } from '../support/records-room.ts';
import { replied } from '../support/replies.ts';
import { until } from '../support/until.ts';

const AT = Date.parse(NOW);
const LEASE = 60_000;
const idsOf = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => String(from + i));

/** Eight messages of a hundred jobs each: eight calls. */
const EIGHT = Array.from({ length: 8 }, (_, n) =>
  message(`m${n}`, { age: n, jobs: idsOf(100 * n, 100) }),
);

const never = new Promise<never>(() => undefined);

describe('a job is claimed when its request has its turn', () => {
  it.each([1, 2])(
    'a crash while eight calls wait for %i turn leaves in doubt what was sent, and looks at no more',
    async (callsPerKey) => {
      const { ledger, writes } = keptWrites(memoryLedger());
      const dead = startControlRoom({ ledger, callsPerKey, reply: () => never });
      void dead.run(EIGHT);
      await until(async () => expect(dead.calls).toHaveLength(callsPerKey));
      await new Promise((done) => setImmediate(done));
      expect(writes.filter(({ key }) => key.startsWith('job/'))).toHaveLength(100 * callsPerKey);

      const next = startControlRoom({
        ledger,
        callsPerKey,
        now: () => AT + LEASE,
        statusOf: () => 'job_running',
      });
      expect(await next.run(EIGHT)).toEqual([]);
      expect(next.looks).toHaveLength(100 * callsPerKey);
      expect(next.calls).toHaveLength(8 - callsPerKey);
      const evidence = next.results.map(({ evidence }) => evidence);
      expect(evidence.filter((each) => each === 'observed')).toHaveLength(100 * callsPerKey);
    },
  );

  it('one that another invocation has taken meanwhile is no part of the call, and is decided anew at once', async () => {
    const ledger = memoryLedger();
    const first = Promise.withResolvers<void>();
    const slow = startControlRoom({
      ledger,
      callsPerKey: 1,
      reply: async (call) => {
        await first.promise;
        return agree(call);
      },
    });
    const both = [
      message('m1', { age: 1, jobs: ['1'], options: { resume_savepoint: true } }),
      message('m2', { age: 2, jobs: ['2', '3'] }),
    ];
    const running = slow.run(both);
    await until(async () => expect(slow.calls).toHaveLength(1));
    const quick = startControlRoom({ ledger, reply: () => never });
    void quick.run([message('m3', { age: 3, jobs: ['3'] })]);
    await until(async () => expect(quick.calls).toHaveLength(1));
    first.resolve();
    expect(await running).toEqual([]);
    expect(slow.calls.map(({ jobs }) => jobs)).toEqual([['1'], ['2']]);
    expect(slow.results.map(({ job_id, outcome }) => [job_id, outcome])).toEqual([
      ['1', 'delivered'],
      ['2', 'delivered'],
      ['3', 'superseded'],
    ]);
  });

  it('where others have taken all of it nothing is sent, and nothing is refused by that', async () => {
    const ledger = memoryLedger();
    const { run, calls, lines, postponed } = startControlRoom({
      ledger: { ...ledger, write: async () => 'lost' },
    });
    expect(await run([message('m1', { jobs: ['1', '2'] })])).toEqual(['m1']);
    expect(calls).toEqual([]);
    expect(lines.map(({ event }) => event)).toEqual(['batch']);
    expect(postponed.get('m1')).toBe(2);
  });
});

describe('what was claimed and not sent is said to be free again', () => {
  it('where the time was over by then', async () => {
    let at = AT;
    const { ledger, writes } = keptWrites(memoryLedger());
    const short = startControlRoom({
      ledger: {
        ...ledger,
        write: (entry, seen) => {
          at = AT + 59_000;
          return ledger.write(entry, seen);
        },
      },
      now: () => at,
      remainingMs: () => AT + 60_000 - at,
    });
    expect(await short.run([message('m1', { jobs: ['1'] })])).toEqual(['m1']);
    expect(short.calls).toEqual([]);
    expect(writes.map(({ key }) => key.split('/')[0])).toEqual(['job', 'intent']);
    // At once, and without a look.
    const next = startControlRoom({ ledger });
    expect(await next.run([message('m1', { jobs: ['1'] })])).toEqual([]);
    expect([next.looks, next.calls.length]).toEqual([[], 1]);
  });

  it('and what was not claimed is left as it was: a request before it may have been served', async () => {
    const { ledger, writes } = keptWrites(memoryLedger());
    const batch = [message('m1', { jobs: ['1'] })];
    const silent: Reply = { kind: 'silent', reason: 'timeout' };
    await startControlRoom({ ledger, reply: () => silent }).run(batch);
    const told = () => writes.filter(({ key }) => !key.startsWith('cool/')).length;
    const before = told();
    const held = startControlRoom({
      ledger,
      now: () => AT + LEASE,
      statusOf: () => 'job_init',
      remainingMs: () => 60_000,
      reply: () => heldBack('a breaker is open'),
      turnInMs: () => (held.looks.length > 0 ? 600_000 : 0),
    });
    expect(await held.run(batch)).toEqual(['m1']);
    expect([held.looks.length, held.calls.length]).toEqual([1, 0]);
    expect(told()).toBe(before);
  });
});

describe('a request that is sent again is the same', () => {
  it('claimed once, with the same body, and judged by the time of the first', async () => {
    let at = AT;
    let claims = 0;
    const bodies: unknown[] = [];
    const send = async (request: UpstreamRequest): Promise<Reply> => {
      for (let tries = 0; tries < 3; tries++) {
        at += 1_000;
        const ready = await readied(request, ANY_TIME, () => at);
        bodies.push(ready.kind === 'go' && ready.body);
      }
      return replied(200, [{ is_success: 'true', message: '' }]);
    };
    const edges = { send, log: keptLog().log, now: () => at, newId: () => 'id', random: () => 0 };
    const claim = async ({ carriers }: Call) => {
      claims++;
      return carriers.slice(1);
    };
    const reported: unknown[] = [];
    const { calls } = openWishes({ jobs: ['1', '2'] });
    await makeCarryOut(edges, { ...ONE_BY_ONE, deadlineFor: () => ANY_TIME, claim })(
      theOnly(calls),
      async ({ timing, info, isClaimed }) => {
        reported.push([timing.calledAt, timing.settledAt, info.size, isClaimed]);
      },
    );
    expect(claims).toBe(1);
    expect(bodies).toEqual(new Array(3).fill('{"job_ids":[2]}'));
    expect(reported).toEqual([[AT + 1_000, AT + 3_000, 1, true]]);
  });
});
