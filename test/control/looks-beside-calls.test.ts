import { describe, expect, it } from 'vitest';
import { agree, message, startControlRoom } from '../support/control-room.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { NOW } from '../support/messages.ts';
import { until } from '../support/until.ts';

const LEASE = 60_000;
const never = new Promise<never>(() => undefined);
const IN_DOUBT = Array.from({ length: 50 }, (_, i) => String(i));

/** Jobs that an invocation was calling when it died; and a next one, whose looks are answered when the gate opens. */
const begin = async () => {
  const ledger = memoryLedger();
  const doubtful = message('doubtful', { jobs: IN_DOUBT });
  const dead = startControlRoom({ ledger, reply: () => never, limits: { leaseMs: LEASE } });
  void dead.run([doubtful]);
  await until(async () => expect(dead.calls).toHaveLength(1));
  const gate = Promise.withResolvers<void>();
  const next = startControlRoom({
    ledger,
    reply: agree,
    limits: { leaseMs: LEASE },
    now: () => Date.parse(NOW) + LEASE + 1,
    statusOf: () => gate.promise.then(() => 'job_cancel_success'),
  });
  return { doubtful, next, open: gate.resolve };
};

describe('jobs in doubt do not hold up the others', () => {
  it('those of the same kind are called, and told of, while the looks last', async () => {
    const { doubtful, next, open } = await begin();
    const fresh = message('fresh', { age: 5, jobs: ['200', '201'] });
    const running = next.run([doubtful, fresh]);
    await until(() => expect(next.results).toHaveLength(2));
    expect(next.calls.map(({ jobs }) => jobs)).toEqual([['200', '201']]);
    open();
    expect(await running).toEqual([]);
    expect(next.results).toHaveLength(52);
  });

  it('an intent with jobs of both kinds is finished once, after the last of them', async () => {
    const { doubtful, next, open } = await begin();
    const both = message('both', { age: 5, jobs: ['0', '200'] });
    const running = next.run([doubtful, both]);
    await until(() => expect(next.calls).toHaveLength(1));
    expect(next.results).toEqual([]);
    open();
    expect(await running).toEqual([]);
    expect(next.results).toHaveLength(52);
  });
});
