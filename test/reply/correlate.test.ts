import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asWhole,
  byId,
  byPosition,
  openReply,
  type Row,
  unanswered,
} from '../../shared/reply/correlate.ts';
import { heldBack, type Reply } from '../../shared/reply/reply.ts';

const yes: Row = { kind: 'success' };
const no = (code = 'DLI.0001'): Row => ({ kind: 'error', error: { code, message: 'words' } });
const noise: Row = { kind: 'unreadable' };

const kindsOf = ({ verdicts }: ReturnType<typeof byPosition>) => verdicts.map(({ kind }) => kind);

const row = () => fc.constantFrom(yes, no(), no('DLI.0999'), noise);

describe('by position: rows are in the order asked', () => {
  it('each row is its own job', () => {
    const { verdicts, suspect } = byPosition(3, 200, [yes, no(), noise]);
    expect(verdicts).toEqual([
      { kind: 'delivered', evidence: 'positional' },
      {
        kind: 'rejected',
        evidence: 'positional',
        error: { code: 'DLI.0001', message: 'words' },
        doubtful: true,
      },
      { kind: 'unanswered', served: 'maybe', reason: 'status 200 and no verdict in the reply' },
    ]);
    expect(suspect).toBe(false);
  });

  it('a list of another length is no verdict on any job', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.array(row(), { maxLength: 9 }),
        (count, rows) => {
          fc.pre(rows.length !== count && rows.length !== 1);
          const reading = byPosition(count, 200, rows);
          expect(kindsOf(reading)).toEqual(Array(count).fill('unanswered'));
          expect(reading.suspect).toBe(false);
        },
      ),
    );
  });

  it('a single row for many speaks for the whole call', () => {
    expect(byPosition(3, 200, [yes])).toEqual(asWhole(3, 200, yes));
    expect(byPosition(3, 400, [no()])).toEqual(asWhole(3, 400, no()));
  });

  it('a single row for one job is that job', () => {
    expect(byPosition(1, 200, [yes]).verdicts).toEqual([
      { kind: 'delivered', evidence: 'positional' },
    ]);
    expect(byPosition(1, 400, [no()])).toMatchObject({
      verdicts: [{ kind: 'rejected', evidence: 'positional' }],
      suspect: false,
    });
  });
});

describe('as a whole: one row for the call', () => {
  it('a success is of all jobs', () => {
    expect(asWhole(2, 200, yes)).toEqual({
      verdicts: Array(2).fill({ kind: 'delivered', evidence: 'aggregate' }),
      suspect: false,
    });
  });

  it.each([
    ['DLI.0001', true, 'rejected'],
    ['DLI.1028', false, 'rejected'],
    ['DLI.0999', false, 'unanswered'],
    ['DRS.M01503', false, 'unanswered'],
  ])('%s: suspect %s, %s', (code, suspect, kind) => {
    const reading = asWhole(2, 400, no(code));
    expect(reading.suspect).toBe(suspect);
    expect(kindsOf(reading)).toEqual([kind, kind]);
  });

  it('an unreadable row is no verdict on any job', () => {
    expect(asWhole(2, 200, noise)).toMatchObject({
      verdicts: [{ kind: 'unanswered' }, { kind: 'unanswered' }],
    });
  });
});

describe('by id: a job has the row that names it', () => {
  it('order and extra rows mean nothing, for any rows', () => {
    const rows = fc.uniqueArray(fc.tuple(fc.constantFrom(...'abcdef'), row()), {
      selector: ([id]) => id,
    });
    const two = rows.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(two, ([list, shuffled]) => {
        const reading = byId(['a', 'c'], 202, list);
        expect(byId(['a', 'c'], 202, shuffled)).toEqual(reading);
        for (const [i, id] of ['a', 'c'].entries()) {
          const own = list.find(([named]) => named === id)?.[1];
          const alone = byId([id], 202, own ? [[id, own]] : []);
          expect(reading.verdicts[i]).toEqual(alone.verdicts[0]);
        }
      }),
    );
  });

  it('a job without a row is unanswered', () => {
    expect(byId(['a', 'b'], 202, [['b', yes]]).verdicts).toEqual([
      { kind: 'unanswered', served: 'maybe', reason: 'the reply does not name the job' },
      { kind: 'delivered', evidence: 'keyed' },
    ]);
  });

  it.each<[string, readonly Row[], string]>([
    ['twice yes', [yes, yes], 'delivered'],
    ['twice the same no', [no(), no()], 'rejected'],
    ['yes and no', [yes, no()], 'unanswered'],
    ['no and yes', [no(), yes], 'unanswered'],
    ['two different noes', [no(), no('DLI.0002')], 'unanswered'],
    ['yes, no and yes again', [yes, no(), yes], 'unanswered'],
    ['yes and noise', [yes, noise], 'unanswered'],
  ])('%s: %s', (_, rows, kind) => {
    const reading = byId(
      ['a'],
      202,
      rows.map((said) => ['a', said] as const),
    );
    expect(kindsOf(reading)).toEqual([kind]);
  });

  it('names of the prototype are names like any other', () => {
    expect(kindsOf(byId(['__proto__', 'constructor'], 202, []))).toEqual([
      'unanswered',
      'unanswered',
    ]);
  });
});

describe('a claim of success counts only at a status that fits', () => {
  it.each([
    [200, 'delivered', 'delivered'],
    [202, 'delivered', 'delivered'],
    [301, 'unanswered', 'unanswered'],
    [400, 'delivered', 'unanswered'],
    [401, 'unanswered', 'unanswered'],
    [404, 'unanswered', 'unanswered'],
    [429, 'unanswered', 'unanswered'],
    [500, 'unanswered', 'unanswered'],
    [503, 'unanswered', 'unanswered'],
  ])('status %i: row by row %s, for the whole call %s', (status, single, whole) => {
    expect(kindsOf(byPosition(2, status, [yes, yes]))).toEqual([single, single]);
    expect(kindsOf(byId(['a'], status, [['a', yes]]))).toEqual([single]);
    expect(kindsOf(asWhole(2, status, yes))).toEqual([whole, whole]);
  });
});

describe('no verdict on any job', () => {
  it('has the same reason for all', () => {
    expect(unanswered(2, 'why', 503)).toEqual({
      verdicts: [
        { kind: 'unanswered', served: 'maybe yet', reason: 'why' },
        { kind: 'unanswered', served: 'maybe yet', reason: 'why' },
      ],
      suspect: false,
    });
  });
});

describe('no reply', () => {
  it.each<[Reply, 'no' | 'maybe yet']>([
    [{ kind: 'silent', reason: 'why' }, 'maybe yet'],
    [{ kind: 'unsent', why: 'unreachable', reason: 'why' }, 'no'],
    [heldBack('why'), 'no'],
    [heldBack('why', 'no-route'), 'no'],
  ])('may have been served only if a request went out: %j', (reply, served) => {
    const verdicts = [{ kind: 'unanswered', served, reason: 'why' }];
    expect(openReply(1, reply)).toEqual({ kind: 'none', reading: { verdicts, suspect: false } });
  });
});

describe('the bounds of a row', () => {
  it('a claim of success at 299, and not at 300', () => {
    const kindAt = (status: number) =>
      byPosition(1, status, [{ kind: 'success' }]).verdicts.map(({ kind }) => kind);
    expect([299, 300].flatMap(kindAt)).toEqual(['delivered', 'unanswered']);
  });

  it('rows that contradict each other name the job, and say nothing of it', () => {
    const error = { code: 'DRS.M00202', message: 'words' };
    expect(
      byId(['a'], 202, [
        ['a', { kind: 'success' }],
        ['a', { kind: 'error', error }],
      ]).verdicts,
    ).toEqual([
      { kind: 'unanswered', served: 'maybe', reason: 'status 202 and no verdict in the reply' },
    ]);
  });
});
