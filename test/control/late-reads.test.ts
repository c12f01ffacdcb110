import { describe, expect, it } from 'vitest';
import { messageKeyOf } from '../../shared/ledger/block-record.ts';
import { agree, message, outcomes, refusal, startControlRoom } from '../support/control-room.ts';
import { given, KEY } from '../support/given-messages.ts';
import { lateLedger } from '../support/late-ledger.ts';
import { idAt, intentOf, NOW, type Wish } from '../support/messages.ts';
import { replied } from '../support/replies.ts';

const AT = Date.parse(NOW);
const LEASE = 60_000;
const SETTLE = 30_000;

/** A room over a ledger whose late reads tell of nothing until they catch up. */
const begin = (options: Parameters<typeof startControlRoom>[0] = {}) => {
  const late = lateLedger();
  const room = startControlRoom({ ledger: late.ledger, ...options });
  return {
    ...late,
    ...room,
    sent: () => room.calls.map(({ path, jobs }) => [routeOf(path), jobs]),
  };
};

const routeOf = (path: string) => path.split('/').at(-1);

const STOP = { operation: 'dli.stop' } as const;

describe('what may be late is read late, and nothing else', () => {
  it('a job whose message comes for the first time', async () => {
    const { run, reads } = begin();
    expect(await run([message('m', { jobs: ['1', '2'] })])).toEqual([]);
    expect(reads).toEqual([
      ['now', 'intent'],
      ['now', 'cool'],
      ['may be late', 'job'],
    ]);
  });

  it('not if one of the messages that want it comes again', async () => {
    const { run, reads } = begin();
    expect(await run([message('a', { age: 1 }), message('b', { age: 2 }, 2)])).toEqual([]);
    expect(reads).toContainEqual(['now', 'job']);
    expect(reads.flat()).not.toContain('may be late');
  });

  it('not if its deadline has passed', async () => {
    const { run, reads } = begin();
    expect(await run([message('m', { expires_at: NOW })])).toEqual([]);
    expect(reads.flat()).not.toContain('may be late');
  });

  it('the record of an event’s key, which never changes', async () => {
    const { run, reads, catchUp, calls } = begin();
    const delivery = (id: string, age: number) => given(id, { age }, { key: KEY });
    expect(await run([delivery('a', 1)])).toEqual([]);
    expect(reads[0]).toEqual(['may be late', 'key']);
    // The late read misses the record. So it is read again when the write is refused.
    expect(await run([delivery('b', 2)])).toEqual([]);
    catchUp();
    reads.length = 0;
    expect(await run([delivery('c', 3)])).toEqual([]);
    expect(reads.map(([, kinds]) => kinds)).toEqual(['key', 'intent']);
    expect(calls).toHaveLength(1);
  });
});

describe('a late read that misses a record costs no promise', () => {
  it('an older intent is superseded at once, without a call (P3)', async () => {
    const { run, sent, results } = begin();
    expect(await run([message('new', { age: 2, ...STOP })])).toEqual([]);
    expect(await run([message('old', { age: 1 })])).toEqual([]);
    expect(sent()).toEqual([['stop', ['131']]]);
    expect(results.at(-1)).toMatchObject({ outcome: 'superseded', superseded_by: idAt(2) });
  });

  it('a newer one stays in its call, and so does all of that (P6)', async () => {
    const { run, sent } = begin();
    expect(await run([message('old', { age: 1, jobs: ['2'] })])).toEqual([]);
    expect(await run([message('new', { age: 2, ...STOP, jobs: ['1', '2', '3'] })])).toEqual([]);
    expect(sent()).toEqual([
      ['run', ['2']],
      ['stop', ['1', '2', '3']],
    ]);
  });

  it('what another invocation calls waits as long as it has to, and the others are called', async () => {
    const { ledger, run, calls } = begin({ reply: () => new Promise(() => undefined) });
    void run([message('other', { age: 1, jobs: ['2'] })]);
    const room = startControlRoom({ ledger, ids: 'ours' });
    await expect.poll(() => calls.length).toBe(1);
    expect(await room.run([message('ours', { age: 2, ...STOP, jobs: ['1', '2'] })])).toEqual([
      'ours',
    ]);
    expect(room.calls.map(({ jobs }) => jobs)).toEqual([['1']]);
    expect(outcomes(room.results)).toEqual(['1 delivered']);
  });

  it.each([
    ['job_running', [['run', ['131']]], 'observed'],
    [
      'job_init',
      [
        ['run', ['131']],
        ['run', ['131']],
      ],
      'positional',
    ],
  ])(
    'a request of a dead invocation is looked at first (P4): %s',
    async (status, sent, evidence) => {
      const dead = begin({ reply: () => new Promise(() => undefined) });
      void dead.run([message('m', {})]);
      await expect.poll(() => dead.calls.length).toBe(1);
      const room = startControlRoom({
        ledger: dead.ledger,
        ids: 'next',
        now: () => AT + LEASE,
        statusOf: () => status,
      });
      // Another copy of the message.
      expect(await room.run([message('copy', {})])).toEqual([]);
      expect(room.looks).toEqual([['131']]);
      expect([
        ...dead.sent(),
        ...room.calls.map(({ path, jobs }) => [routeOf(path), jobs]),
      ]).toEqual(sent);
      expect(room.results).toMatchObject([{ outcome: 'delivered', evidence }]);
    },
  );

  it('a run that waits for its stop finds it', async () => {
    let at = AT;
    const { run, sent, looks } = begin({ now: () => at, statusOf: () => 'job_cancel_success' });
    expect(await run([message('stop', { age: 1, ...STOP })])).toEqual([]);
    at += SETTLE;
    expect(await run([message('run', { age: 2, after: 1 })])).toEqual([]);
    expect(looks).toEqual([['131']]);
    expect(sent().map(([route]) => route)).toEqual(['stop', 'run']);
  });

  it('a job whose last request was in vain goes by itself', async () => {
    let at = AT;
    const isTried = new Set<string>();
    const { run, sent } = begin({
      now: () => at,
      statusOf: () => 'job_init',
      reply: (call) => {
        const isFirst = !isTried.has(call.jobs.join());
        isTried.add(call.jobs.join());
        return isFirst && call.jobs.includes('2') ? replied(500, refusal('DLI.0999')) : agree(call);
      },
    });
    const wish: Wish = { age: 1, jobs: ['2'] };
    expect(await run([message('m', wish)])).toEqual(['m']);
    at += LEASE + SETTLE;
    const copy = [message('copy', wish), message('other', { age: 2, jobs: ['1', '3'] })];
    expect(await run(copy)).toEqual([]);
    expect(sent().map(([, jobs]) => jobs)).toEqual([['2'], ['1', '3'], ['2']]);
  });
});

describe('a block’s record is not read late', () => {
  it('a copy of an intent that has its verdict without a claim is not called (P3)', async () => {
    const { run, calls, results } = begin();
    const old = (id: string) => message(id, { age: 1 });
    // The newer run waits for its stop, and so is not claimed.
    expect(await run([old('old'), message('new', { age: 3, after: 2 })])).toEqual(['new']);
    expect(await run([old('copy')])).toEqual([]);
    expect(calls).toEqual([]);
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['superseded']));
  });
});

describe('a late read that tells of an old record costs no promise', () => {
  it('the claim that rests on it is refused', async () => {
    const { run, sent, catchUp, results, reads } = begin();
    expect(await run([message('1', { age: 1 })])).toEqual([]);
    catchUp();
    expect(await run([message('3', { age: 3, ...STOP })])).toEqual([]);
    reads.length = 0;
    expect(await run([message('2', { age: 2, operation: 'dli.delete' })])).toEqual([]);
    expect(sent().map(([route]) => route)).toEqual(['run', 'stop']);
    expect(results.at(-1)).toMatchObject({ outcome: 'superseded', superseded_by: idAt(3) });
    expect(reads).toEqual([
      ['now', 'intent'],
      ['now', 'cool'],
      ['may be late', 'job'],
      ['now', 'intent'],
      ['now', 'job'],
      ['now', 'intent'],
    ]);
  });

  it('the block of a claim is read as it is now, after the job', async () => {
    const { run, catchUp, entries, reads } = begin();
    expect(await run([message('1', { age: 1 })])).toEqual([]);
    catchUp();
    reads.length = 0;
    expect(await run([message('2', { age: 2, ...STOP })])).toEqual([]);
    expect(reads.slice(2)).toEqual([
      ['may be late', 'job'],
      ['now', 'intent'],
    ]);
    expect(entries.has(messageKeyOf(intentOf({ age: 2 })))).toBe(true);
  });
});
