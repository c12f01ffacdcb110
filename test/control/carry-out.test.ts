import { describe, expect, it } from 'vitest';
import { heldBack, type Reply } from '../../shared/reply/reply.ts';
import { carryOut, SUSPECT } from '../support/carry-out-room.ts';
import { agree, refusal, type SeenCall, YES } from '../support/control-room.ts';
import { idAt, PROJECT } from '../support/messages.ts';
import { theOnly } from '../support/records-room.ts';
import { replied } from '../support/replies.ts';

const isCall = ({ event }: { readonly event: string }) => event === 'call';

describe('each request leaves one line in the log', () => {
  it('what was asked and for whom, what came back, and how long it took', async () => {
    const rows = [YES, refusal('DLI.0002'), { new: 1 }, YES, YES, refusal('DLI.0002')];
    const reply: Reply = { ...replied(400, rows), requestId: 'request' };
    const options = { resume_savepoint: true };
    const { lines } = await carryOut(
      { reply: () => reply },
      { jobs: ['1', '2', '3', '4'], options },
      { jobs: ['1', '5', '6'], options },
    );
    expect(lines.filter(isCall)).toEqual([
      {
        level: 'info',
        event: 'call',
        fields: {
          call_id: 'call 1',
          operation: 'dli.run',
          project_id: PROJECT,
          options,
          jobs: 6,
          intents: 2,
          attempts: 1,
          request_id: 'request',
          reply: 400,
          delivered: 3,
          rejected: 2,
          unanswered: 1,
          why: ['status 400 and no verdict in the reply'],
          ms: 7,
        },
      },
    ]);
  });

  it('why nothing came back', async () => {
    const { lines } = await carryOut({ reply: () => ({ kind: 'silent', reason: 'timeout' }) }, {});
    expect(lines.filter(isCall)).toMatchObject([{ fields: { reply: 'timeout', unanswered: 1 } }]);
  });

  it('the reasons why jobs are unanswered: three, each once, and cut; none where there is none', async () => {
    const busy = (words: string) => ({ error_code: 'DRS.M01504', error_msg: words });
    const rows = [busy('a'), busy('a'), busy('b'), busy('c'.repeat(300)), busy('d')];
    const jobs = rows.map((_, i) => `${i}`);
    const { lines } = await carryOut({ reply: () => replied(400, rows) }, { jobs });
    const cut = `DRS.M01504: ${'c'.repeat(188)}`;
    expect(lines.filter(isCall)).toMatchObject([
      { fields: { why: ['DRS.M01504: a', 'DRS.M01504: b', cut] } },
    ]);
    const { lines: none } = await carryOut({}, {});
    expect(none.find(isCall)?.fields).not.toHaveProperty('why');
  });

  it('how many intents it serves, and at the level debug which', async () => {
    const wishes = Array.from({ length: 12 }, (_, i) => ({ jobs: [`1${i}`, `2${i}`] }));
    const { lines } = await carryOut({}, ...wishes);
    expect(lines.filter(isCall)).toMatchObject([{ fields: { jobs: 24, intents: 12 } }]);
    expect(lines.filter(({ level }) => level === 'debug')).toMatchObject(
      wishes.map((_, i) => ({
        event: 'intent called',
        fields: { call_id: 'call 1', intent_id: idAt(i + 1), caller: 'test' },
      })),
    );
  });
});

describe('a half is not sent whole only if its sibling went through, every job of it', () => {
  const jobs = ['1', '2', '3', '4'];
  const sizes = async (left: Reply) => {
    const reply = (call: SeenCall): Reply => {
      if (call.jobs.length === 4) return SUSPECT;
      return call.jobs.includes('1') ? left : agree(call);
    };
    const { asked, attempts } = await carryOut({ reply }, { jobs });
    expect(attempts.flatMap(({ verdicts }) => verdicts)).toHaveLength(4);
    return asked.map(({ length }) => length);
  };

  it.each<[string, Reply, readonly number[]]>([
    ['it did', replied(200, [YES, YES]), [4, 2, 1, 1]],
    ['one job of it was refused', replied(400, [YES, refusal('DLI.0002')]), [4, 2, 2]],
    ['both were', replied(400, [refusal('DLI.0002'), refusal('DLI.0002')]), [4, 2, 2]],
    ['the reply does not tell', { kind: 'silent', reason: 'timeout' }, [4, 2, 2]],
    ['it is suspect itself', SUSPECT, [4, 2, 1, 3]],
  ])('%s', async (_, left, expected) => {
    expect(await sizes(left)).toEqual(expected);
  });
});

describe('a refusal may be a job’s fault, and then says nothing of the upstream', () => {
  it.each<[title: string, jobs: readonly string[], refused: Reply, may: readonly boolean[]]>([
    ['of several jobs it may be', ['1', '2'], replied(429, refusal('APIGW.0308')), [true]],
    ['of a single one it is not known', ['1'], SUSPECT, [false]],
    ['of one that was refused with others it is', ['1', '2'], SUSPECT, [true, true, true]],
    [
      'but not if it may be the credential’s',
      ['1', '2'],
      replied(403, refusal('DLI.0015')),
      [true, false, false],
    ],
  ])('%s', async (_, jobs, refused, may) => {
    const { mayBlame } = await carryOut({ reply: () => refused }, { jobs });
    expect(mayBlame).toEqual(may);
  });

  it('of one whose others were taken by another invocation it is not known', async () => {
    const { mayBlame, asked } = await carryOut(
      { reply: () => SUSPECT, claim: async ({ carriers }) => carriers.slice(0, 1) },
      { jobs: ['1', '2'] },
    );
    expect([asked, mayBlame]).toEqual([[['1']], [false]]);
  });
});

describe('a request that was denied as a whole was not served, whatever its body says', () => {
  const verdictOf = async (reply: Reply) => {
    const { attempts } = await carryOut({ reply: () => reply }, {});
    const [entry] = theOnly(attempts).verdicts;
    return entry?.[1];
  };

  it('a page tells of no job: the job is open, and the denial is kept with it', async () => {
    expect(await verdictOf(replied(403, '<html>'))).toMatchObject({
      kind: 'unanswered',
      served: 'no',
      denied: { evidence: 'aggregate', error: { code: expect.any(String) } },
    });
  });

  it('so too if the service denies it by its own code', async () => {
    expect(await verdictOf(replied(403, refusal('DLI.0015')))).toMatchObject({
      kind: 'unanswered',
      served: 'no',
      denied: { evidence: 'aggregate', error: { code: 'DLI.0015', message: 'words' } },
    });
  });

  it('one that is too large is refused for good', async () => {
    expect(await verdictOf(replied(413, '<html>'))).toMatchObject({
      kind: 'rejected',
      evidence: 'aggregate',
      doubtful: false,
    });
  });

  it('without a denial nothing is added', async () => {
    expect(await verdictOf(replied(503, '<html>'))).not.toHaveProperty('denied');
    expect(await verdictOf(replied(200, [YES]))).toEqual({
      kind: 'delivered',
      evidence: 'positional',
    });
  });
});

describe('of several jobs whose fate is unknown, one may be the reason', () => {
  const silent: Reply = { kind: 'silent', reason: 'timeout' };
  const NO = refusal('DLI.0002');

  it.each<[string, Reply, number | undefined]>([
    ['silence', silent, 3],
    ['a server in trouble', replied(500, ''), 3],
    ['one refusal for all beside a status of success', replied(200, NO), 3],
    ['a throttle is no job’s fault', replied(429, refusal('APIGW.0308')), undefined],
    ['nor is what was held back here', heldBack('the circuit breaker is open'), undefined],
    ['who is told of beside others clears them: served', replied(200, [YES, {}, {}]), undefined],
    ['or refused', replied(400, [{}, {}, NO]), undefined],
  ])('%s: asked for once, until a look tells', async (_, reply, suspects) => {
    const { asked, attempts } = await carryOut({ reply: () => reply }, { jobs: ['1', '2', '3'] });
    expect(asked).toHaveLength(1);
    expect(theOnly(attempts).suspects).toBe(suspects);
  });

  it('one that was asked for alone is under no suspicion by that', async () => {
    const { attempts } = await carryOut({ reply: () => silent }, {});
    expect(theOnly(attempts).suspects).toBeUndefined();
  });

  it('of those that were refused together, so many: fewer, if a half of them is silent', async () => {
    const left = (call: SeenCall) => call.jobs.includes('1');
    const { attempts } = await carryOut(
      {
        reply: (call) => {
          if (call.jobs.length > 2) return SUSPECT;
          return left(call) ? silent : replied(200, [YES, {}]);
        },
      },
      { jobs: ['1', '2', '3', '4'] },
    );
    expect(attempts.map(({ suspects }) => suspects)).toEqual([2, 4]);
  });
});

describe('a reply that is read wrong does no harm (P4)', () => {
  const YES_TO_ONE = { kind: 'delivered', evidence: 'positional' } as const;
  const error = { code: 'DLI.0002', message: 'words' };
  const NO_TO_ONE = { kind: 'rejected', evidence: 'positional', error, doubtful: false } as const;

  it('who is left out may have been served', async () => {
    const decode = () => ({ verdicts: [YES_TO_ONE], suspect: false });
    const { attempts } = await carryOut({ decode }, { jobs: ['1', '2'] });
    expect(theOnly(attempts).verdicts).toMatchObject([
      [{ job: '1' }, YES_TO_ONE],
      [{ job: '2' }, { kind: 'unanswered', served: 'maybe yet' }],
    ]);
  });

  it('who was served is not sent again, though the call counts as refused whole', async () => {
    const decode = () => ({ verdicts: [YES_TO_ONE, NO_TO_ONE], suspect: true });
    const { asked, verdicts } = await carryOut({ decode }, { jobs: ['1', '2'] });
    expect(asked).toEqual([['1', '2']]);
    expect([...verdicts.values()]).toEqual(['delivered', 'rejected']);
  });
});
