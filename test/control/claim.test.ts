import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../shared/control/candidate.ts';
import { type Claims, makeClaimJobs } from '../../shared/control/claim.ts';
import type { Call, Carrier } from '../../shared/control/planned.ts';
import { jobKeyOf } from '../../shared/ledger/job-record.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { idAt, NOW, PROJECT } from '../support/messages.ts';
import { maybeServed, unserved } from '../support/noted.ts';
import { openWishes, recordAt, startRecords, theOnly } from '../support/records-room.ts';

const AT = Date.parse(NOW);
const LEASE = 150_000;

/** The jobs of calls, as judged while their records held the version `seen`. */
const candidatesOf = (calls: readonly Call[], seen?: string): readonly Candidate[] =>
  calls.flatMap(({ operation, project_id, carriers }) =>
    carriers.map((carrier) => ({
      operation,
      project_id,
      carrier,
      key: jobKeyOf(operation.service, project_id, jobIdOf(carrier.job)),
      seen,
      claimedAt: undefined,
      clearFrom: 0,
      mayEndAt: 0,
    })),
  );

const begin = (invocation: string, ledger: Ledger = memoryLedger()) => {
  const { records, writes } = startRecords(ledger);
  const claim = makeClaimJobs({ records, now: () => AT, invocation, leaseMs: LEASE });
  return { claim, records, writes };
};

const idsOf = (carriers: readonly Carrier[]) => carriers.map(({ job }) => jobIdOf(job));

/** The jobs that were claimed. */
const wonIn = ({ claimed }: Claims) => idsOf(claimed);

const hundred = Array.from({ length: 100 }, (_, i) => String(i));

describe('a claim is one conditional write per job (P3)', () => {
  it('and no more, for a hundred jobs', async () => {
    const { calls } = openWishes({ jobs: hundred });
    const { claim, writes } = begin('i');
    expect(wonIn(await claim(candidatesOf(calls), 'nothing'))).toEqual(hundred);
    expect(writes.map(({ key }) => key)).toEqual(hundred.map((id) => `job/dli/${PROJECT}/${id}`));
  });

  it('it tells which intent the call is for, which invocation sends it, and until when no other may act', async () => {
    const expires_at = '2026-01-31T18:00:00.000Z';
    const { calls } = openWishes(
      { jobs: ['131'] },
      { jobs: ['130', '131'], expires_at },
      { jobs: ['130'] },
    );
    const { claim, records } = begin('i');
    await claim(candidatesOf(calls), 'nothing');
    const key = `job/dli/${PROJECT}/131`;
    expect(await recordAt(records.jobs, key)).toEqual({
      newest: idAt(2),
      operation: 'dli.run',
      claim: {
        block: `intent/${idAt(2)}/130`,
        index: 1,
        invocation: 'i',
        at: AT,
        until: AT + LEASE,
        expires_at,
      },
    });
  });

  it.each([
    ['nothing', AT],
    ['served', 5],
  ] as const)('when a call went out under it: not again where it is %s', async (ground, at) => {
    const { calls } = openWishes({ jobs: ['131'] });
    const { claim, records } = begin('i');
    await claim(
      candidatesOf(calls).map((candidate) => ({ ...candidate, claimedAt: 5 })),
      ground,
    );
    const key = `job/dli/${PROJECT}/131`;
    expect((await recordAt(records.jobs, key))?.claim).toMatchObject({
      at,
      until: AT + LEASE,
    });
  });

  it.each([
    [AT - 1, undefined],
    [AT, undefined],
    [AT + 1, AT + 1],
  ])(
    'it hands on from when on a status is clear, unless that is past: %i',
    async (clearFrom, on) => {
      const { calls } = openWishes({ jobs: ['131'] });
      const { claim, records } = begin('i');
      await claim(
        candidatesOf(calls).map((candidate) => ({ ...candidate, clearFrom })),
        'nothing',
      );
      const key = `job/dli/${PROJECT}/131`;
      expect((await recordAt(records.jobs, key))?.claim.clearFrom).toBe(on);
    },
  );

  it('all claims of a call in one turn, so that the ledger can send them together', async () => {
    let [open, most] = [0, 0];
    const { calls } = openWishes({ jobs: hundred });
    const ledger = memoryLedger();
    const { claim } = begin('i', {
      ...ledger,
      write: async (entry, seen) => {
        most = Math.max(most, ++open);
        await new Promise((done) => setImmediate(done));
        open--;
        return ledger.write(entry, seen);
      },
    });
    expect((await claim(candidatesOf(calls), 'nothing')).claimed).toHaveLength(100);
    expect(most).toBe(100);
  });
});

describe('of several invocations that want a job one alone has it', () => {
  it('lost claims are left out, and every job is claimed by one of them', async () => {
    const ledger = memoryLedger();
    const claims = ['a', 'b', 'c'].map((invocation) => {
      const { calls } = openWishes({ jobs: hundred });
      const { claim } = begin(invocation, ledger);
      return claim(
        candidatesOf(calls).toSorted(() => Math.random() - 0.5),
        'nothing',
      );
    });
    const won = (await Promise.all(claims)).flatMap(wonIn);
    expect(won.toSorted()).toEqual(hundred.toSorted());
  });

  it('what was written since the decision counts, whichever invocation wrote it', async () => {
    const ledger = memoryLedger();
    const { calls } = openWishes({ jobs: ['131', '130'] });
    const [first, second] = candidatesOf(calls);
    if (first === undefined || second === undefined) throw new Error('no candidates');
    await ledger.write({ key: first.key, version: 'v2', body: '{}', expiresAt: 0 }, undefined);
    const { claim } = begin('i', ledger);
    const stale = { ...first, seen: 'v1' };
    const claims = await claim([stale, second], 'nothing');
    expect(wonIn(claims)).toEqual(['130']);
    expect(claims.refused).toEqual([stale]);
    expect(wonIn(await claim([{ ...first, seen: 'v2' }], 'nothing'))).toEqual(['131']);
  });
});

describe('a claim that the ledger did not answer is none', () => {
  const silent: Ledger = { read: async () => undefined, write: async () => 'unknown' };

  it('but it may stand: the record is to tell that nothing was sent under it', async () => {
    const { openIntents, calls } = openWishes({ jobs: ['131'] });
    const { claim } = begin('i', silent);
    expect(await claim(candidatesOf(calls), 'nothing')).toEqual({ claimed: [], refused: [] });
    const openIntent = theOnly(openIntents.values());
    expect(openIntent.record.isChanged).toBe(true);
    expect([...openIntent.record.requests]).toEqual([[0, unserved('i')]]);
  });

  it('or, where it rests on a request that was served, that a look is due again', async () => {
    const { openIntents, calls } = openWishes({ jobs: ['131'] });
    const { claim } = begin('i', silent);
    expect((await claim(candidatesOf(calls), 'served')).claimed).toEqual([]);
    expect([...theOnly(openIntents.values()).record.requests]).toEqual([[0, maybeServed('i')]]);
  });

  it('a lost one changes nothing', async () => {
    const { openIntents, calls } = openWishes({ jobs: ['131'] });
    const { claim } = begin('i', { ...silent, write: async () => 'lost' });
    expect((await claim(candidatesOf(calls), 'served')).claimed).toEqual([]);
    expect(theOnly(openIntents.values()).record).toMatchObject({
      isChanged: false,
      requests: new Map(),
    });
  });
});

describe('a stop that a run has yet to wait for', () => {
  const stopBefore = { operation: 'dli.stop', at: 5, isDelivered: true } as const;

  it.each([
    ['dli.delete', stopBefore],
    ['dli.run', undefined],
    ['dli.stop', stopBefore],
  ] as const)('stays in the record under a claim of %s: %j', async (operation, kept) => {
    const { calls } = openWishes({ operation });
    const { claim, records } = begin('i');
    await claim(
      candidatesOf(calls).map((one) => ({ ...one, stopBefore })),
      'nothing',
    );
    const record = await recordAt(records.jobs, `job/dli/${PROJECT}/131`);
    expect(record?.stopBefore).toEqual(kept);
  });
});
