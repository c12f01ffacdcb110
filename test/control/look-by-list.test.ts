import { describe, expect, it } from 'vitest';
import { heldBack, type Reply } from '../../shared/reply/reply.ts';
import { agree, message, startControlRoom } from '../support/control-room.ts';
import { listPage } from '../support/look-replies.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { NOW, type Wish } from '../support/messages.ts';
import { replied } from '../support/replies.ts';
import { until } from '../support/until.ts';

const AT = Date.parse(NOW);
const LEASE = 60_000;
const PAGE = 100;
const never = new Promise<never>(() => undefined);
const idsOf = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => String(from + i));

/** Rows of a list as its service keeps it, by pages. */
const paged =
  (rows: readonly (readonly [string, string])[]) =>
  (offset: number): Reply =>
    listPage(rows.slice(offset, offset + PAGE), rows.length);

const running = (ids: readonly string[]) => ids.map((id) => [id, 'job_running'] as const);

interface Upstream {
  readonly replyToList: (offset: number) => Reply | Promise<Reply> | undefined;
  readonly statusOf?: (job: string) => string | undefined;
}

/** So many jobs whose function died during their calls. After the lease, another invocation looks at them. */
const lookAfterDeath = async (
  count: number,
  { replyToList, statusOf = () => 'job_running' }: Upstream,
  wish: Wish = {},
) => {
  const messages = Array.from({ length: Math.ceil(count / 100) }, (_, n) =>
    message(`m${n}`, { ...wish, age: n, jobs: idsOf(Math.min(100, count - 100 * n), 100 * n) }),
  );
  const ledger = memoryLedger();
  const dead = startControlRoom({ ledger, callConcurrency: 20, reply: () => never });
  void dead.run(messages);
  await until(async () => expect(dead.calls).toHaveLength(messages.length));
  const next = startControlRoom({
    ledger,
    callConcurrency: 20,
    now: () => AT + LEASE,
    reply: agree,
    replyToList,
    statusOf,
  });
  const staying = await next.run(messages);
  return {
    staying,
    lists: next.lists,
    looks: next.looks.flat(),
    called: next.calls.flatMap(({ jobs }) => jobs),
    observed: next.results.filter(({ evidence }) => evidence === 'observed').length,
    lines: next.lines,
  };
};

describe('many jobs in doubt are looked for in the list first', () => {
  it('1,000 that were served cost ten requests, not a thousand', async () => {
    const ids = idsOf(1_000);
    const { lists, looks, observed } = await lookAfterDeath(1_000, {
      replyToList: paged(running(ids)),
    });
    expect(lists).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
    expect([looks.length, observed]).toEqual([0, 1_000]);
  });

  it('1,000 that were not served cost at most ten more than a look at each, and each look counts', async () => {
    const ids = idsOf(1_000);
    const { lists, looks, called } = await lookAfterDeath(1_000, {
      replyToList: paged(ids.map((id) => [id, 'job_init'])),
      statusOf: () => 'job_init',
    });
    expect(lists.length).toBeLessThanOrEqual(10);
    expect(looks.toSorted()).toEqual(ids.toSorted());
    expect(called.toSorted()).toEqual(ids.toSorted());
  });

  it('1,000 in a project of a million jobs cost one more', async () => {
    const { lists, looks } = await lookAfterDeath(1_000, {
      replyToList: () => listPage(running(idsOf(100, 5_000)), 1_000_000),
    });
    expect([lists.length, looks.length]).toEqual([1, 1_000]);
  });

  it('pages are read as long as they save more than they cost', async () => {
    const others = running(idsOf(900, 10_000));
    const { lists, looks, observed } = await lookAfterDeath(100, {
      replyToList: paged([...running(idsOf(50)), ...others, ...running(idsOf(50, 50))]),
    });
    expect([lists.length, looks.length, observed]).toEqual([10, 0, 100]);
  });

  it('with nine jobs a look at each comes at once', async () => {
    const { lists, looks } = await lookAfterDeath(9, { replyToList: paged(running(idsOf(9))) });
    expect([lists.length, looks.length]).toEqual([0, 9]);
  });
});

describe('a list tells of a job only that its request took effect', () => {
  it('a job that is on no page is looked at, and not sent again if it runs', async () => {
    const { looks, called, observed } = await lookAfterDeath(20, {
      replyToList: paged(running(idsOf(15))),
    });
    expect(looks).toEqual(['15', '16', '17', '18', '19']);
    expect([called, observed]).toEqual([[], 20]);
  });

  it('a job whose row shows no effect is looked at: the row may be old', async () => {
    const rows = idsOf(20).map((id) => [id, Number(id) < 15 ? 'job_running' : 'job_init'] as const);
    const { looks, called } = await lookAfterDeath(20, { replyToList: paged(rows) });
    expect([looks.length, called]).toEqual([5, []]);
  });

  it('of a delete it tells nothing, and is not asked for', async () => {
    const { lists, looks } = await lookAfterDeath(
      20,
      { replyToList: paged([]), statusOf: () => 'missing' },
      { operation: 'dli.delete', options: {} },
    );
    expect([lists.length, looks.length]).toEqual([0, 20]);
  });
});

describe('a list that is refused keeps no job from being looked at', () => {
  const code = (status: number, error_code: string): Reply =>
    replied(status, { error_code, error_msg: 'words' });
  it.each<[string, Reply]>([
    ['no such route', code(404, 'APIGW.0101')],
    ['no right to list jobs', code(403, 'APIGW.0302')],
    ['another right that is missing', code(403, 'DLI.0003')],
    ['a page', replied(200, '<html></html>')],
    ['a parameter that it does not know', code(400, 'DLI.0001')],
    ['no reply', { kind: 'silent', reason: 'timeout' }],
    ['a reply that is too large', { kind: 'silent', reason: 'more than 4 MB' }],
    ['no request', heldBack('no time left')],
    ['a server error', code(500, 'DLI.0999')],
    ['another shape', replied(200, { is_success: 'true', jobs: [] })],
  ])('%s', async (_, reply) => {
    const { lists, looks, observed, staying } = await lookAfterDeath(150, {
      replyToList: () => reply,
    });
    expect([lists.length, looks.length, observed, staying]).toEqual([1, 150, 150, []]);
  });

  it('it is not asked for again for a quarter of an hour, and no call waits for that', async () => {
    const ledger = memoryLedger();
    const jobs = idsOf(50);
    const all = [message('m', { jobs })];
    const dead = startControlRoom({ ledger, reply: () => never });
    void dead.run(all);
    await until(async () => expect(dead.calls).toHaveLength(1));
    const lookLater = async (seconds: number) => {
      const next = startControlRoom({
        ledger,
        now: () => AT + LEASE + seconds * 1_000,
        replyToList: () => ({ kind: 'silent', reason: 'timeout' }),
        replyToLook: () => replied(200, { is_success: 'true' }),
        ids: String(seconds),
      });
      await next.run(all);
      return [next.lists.length, next.looks.length];
    };
    expect(await lookLater(0)).toEqual([1, 50]);
    expect(await lookLater(899)).toEqual([0, 50]);
    expect(await lookLater(901)).toEqual([1, 50]);
  });

  it('one that is answered too late to look at the jobs is not asked for by the next invocation', async () => {
    const ledger = memoryLedger();
    const all = [message('m', { jobs: idsOf(50) })];
    const dead = startControlRoom({ ledger, reply: () => never });
    void dead.run(all);
    await until(async () => expect(dead.calls).toHaveLength(1));
    let now = AT + LEASE;
    const look = async (settled: number, ids: string) => {
      const next = startControlRoom({
        ledger,
        ids,
        limits: { callsForMs: 15_000 },
        now: () => now,
        replyToList: () => {
          now += 10_000;
          return listPage(running(idsOf(settled)));
        },
        statusOf: () => 'job_running',
      });
      const staying = await next.run(all);
      now += 60_000;
      return [next.lists.length, next.looks.length, staying.length];
    };
    // As long as it settles more jobs than it leaves, it is worth its time.
    expect(await look(26, '1')).toEqual([1, 0, 1]);
    expect(await look(0, '2')).toEqual([1, 0, 1]);
    expect(await look(0, '3')).toEqual([0, 24, 0]);
  });

  it('one page of several is missing: its jobs are looked at', async () => {
    const page = paged(running(idsOf(500)));
    const { lists, looks, observed } = await lookAfterDeath(500, {
      replyToList: (offset) => (offset === 300 ? replied(500, '') : page(offset)),
    });
    expect([lists.length, looks.length, observed]).toEqual([5, 100, 500]);
  });
});
