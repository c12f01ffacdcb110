import { describe, expect, it } from 'vitest';
import { makeCarryOut } from '../../shared/control/carry-out.ts';
import { makeLookAt } from '../../shared/control/look.ts';
import type { OpenIntent } from '../../shared/control/open-intent.ts';
import type { Call } from '../../shared/control/planned.ts';
import { makeSettleAttempt } from '../../shared/control/settle-attempt.ts';
import { pauseOf } from '../../shared/control/waiting.ts';
import type { Reply } from '../../shared/reply/reply.ts';
import type { SendBy } from '../../shared/upstream/destination.ts';
import { refusal } from '../support/control-room.ts';
import { ANY_TIME, ONE_BY_ONE } from '../support/deadlines.ts';
import { SETTLING } from '../support/limits.ts';
import { keptLog } from '../support/logs.ts';
import { NOW, type Wish } from '../support/messages.ts';
import { maybeServed, unserved } from '../support/noted.ts';
import { openWishes, theOnly } from '../support/records-room.ts';
import { replied } from '../support/replies.ts';

const now = () => Date.parse(NOW);

/** The answer to a look: silence where the upstream tells no status. */
const lookReply = (status: string | undefined): Reply => {
  if (status === undefined) return { kind: 'silent', reason: 'timeout' };
  return status === 'missing'
    ? replied(400, { error_code: 'DLI.0002', error_msg: '' })
    : replied(200, { job_detail: status === 'untold' ? {} : { status } });
};

/** Carries out the one call of some wishes; the looks that were made, and the open intents as they are then. */
const carryOut = async (
  reply: Reply,
  statusOf: (job: string) => string | undefined,
  ...wishes: readonly Wish[]
) => {
  const { openIntents: list, calls } = openWishes(...wishes);
  const { log } = keptLog();
  const looks: string[] = [];
  const lookAt = makeLookAt(
    {
      send: async ({ path }) => {
        const job = path.split('/').at(-1) ?? '';
        looks.push(job);
        return lookReply(statusOf(job));
      },
      giveUpList: async () => {},
      log,
      now,
    },
    { concurrency: 8 },
    () => ANY_TIME,
  );
  const send: SendBy = async ({ ready }) => {
    await ready?.();
    return reply;
  };
  const edges = { send, log, now, newId: () => 'call', random: () => 0 };
  const report = makeSettleAttempt({ ...SETTLING, lookAt });
  const claim = async ({ carriers }: Call) => carriers;
  await makeCarryOut(edges, { ...ONE_BY_ONE, deadlineFor: () => ANY_TIME, claim })(
    theOnly(calls),
    report,
  );
  return { looks, list };
};

const inWords = ({ record }: OpenIntent) =>
  record.verdicts.map(
    (verdict) => verdict && [verdict.outcome, verdict.evidence, verdict.error?.code],
  );

const noTo = (code: string) => replied(400, [refusal(code)]);
const unseen = () => undefined;

/** Noted of the only job of an open intent that was refused, or not asked for. */
const UNSERVED = new Map([[0, unserved('ours')]]);

describe('a job that is refused because of its status is looked at', () => {
  const stop = { operation: 'dli.stop', jobs: ['131'] } as const;

  it.each(['DLI.0001', 'DLI.0007', 'NEW.1'])(
    '%s, where it is where it was wished to be: delivered, as observed',
    async (code) => {
      const { looks, list } = await carryOut(noTo(code), () => 'job_cancel_success', stop);
      expect(looks).toEqual(['131']);
      expect(list.map(inWords)).toEqual([[['delivered', 'observed', undefined]]]);
      expect(list[0]?.record.verdicts[0]?.call).toEqual({ id: 'call', size: 1, attempts: 1 });
    },
  );

  it.each(['job_running', 'job_arrearage_recovering', 'job_cancel_fail', 'missing'])(
    '%s: the refusal stands, in the words of the upstream',
    async (status) => {
      const { list } = await carryOut(noTo('DLI.0007'), () => status, stop);
      expect(list.map(inWords)).toEqual([[['rejected', 'positional', 'DLI.0007']]]);
      expect(list[0]?.record.verdicts[0]?.error?.message).toBe('words');
    },
  );

  it.each(['job_submit_fail', 'job_running_exception', 'job_finish'])(
    '%s is no running job, whatever was before: a run that is refused then is refused',
    async (status) => {
      const { looks, list } = await carryOut(noTo('NEW.1'), () => status, { jobs: ['131'] });
      expect(looks).toEqual(['131']);
      expect(list.map(inWords)).toEqual([[['rejected', 'positional', 'NEW.1']]]);
    },
  );

  it.each(['job_submitting', 'job_news'])(
    '%s tells nothing yet: it comes back, and was not served',
    async (status) => {
      const { list } = await carryOut(noTo('DLI.0007'), () => status, stop);
      expect(list).toMatchObject([
        { record: { verdicts: [], requests: UNSERVED, isChanged: true } },
      ]);
    },
  );

  it('where the upstream does not tell, the refusal stands', async () => {
    const { looks, list } = await carryOut(noTo('DLI.0007'), () => 'untold', stop);
    expect(looks).toEqual(['131']);
    expect(list.map(inWords)).toEqual([[['rejected', 'positional', 'DLI.0007']]]);
  });

  it('without an answer it comes back: it may be in the wished state', async () => {
    const { looks, list } = await carryOut(noTo('DLI.0007'), unseen, stop);
    expect(looks).toEqual(['131']);
    expect(list.map(inWords)).toEqual([[]]);
    expect(list[0]?.record.requests).toEqual(UNSERVED);
  });

  it.each(['DLI.0002', 'DLI.13024', 'DLI.1028'])(
    '%s is no matter of status: no look is sent',
    async (code) => {
      const { looks, list } = await carryOut(noTo(code), () => 'job_cancel_success', stop);
      expect(looks).toEqual([]);
      expect(list.map(inWords)).toEqual([[['rejected', 'positional', code]]]);
    },
  );

  it('those alone of a call that were refused so', async () => {
    const jobs = ['1', '2', '3', '4'];
    const rows = [
      { is_success: 'true', message: '' },
      refusal('DLI.0007'),
      refusal('DLI.0002'),
      refusal('DLI.0007'),
    ];
    const statuses: Record<string, string> = { 2: 'job_canceling', 4: 'job_running' };
    const { looks, list } = await carryOut(
      replied(400, rows),
      (job) => statuses[job] ?? 'job_cancel_success',
      { ...stop, jobs },
    );
    expect(looks).toEqual(['2', '4']);
    expect(list.map(inWords)).toEqual([
      [
        ['delivered', 'positional', undefined],
        ['delivered', 'observed', undefined],
        ['rejected', 'positional', 'DLI.0002'],
        ['rejected', 'positional', 'DLI.0007'],
      ],
    ]);
  });
});

describe('all who ask for a job share what comes of it', () => {
  it('a verdict', async () => {
    const wishes = [{ jobs: ['131'] }, { jobs: ['130', '131'] }];
    const reply = replied(400, [refusal('DLI.0002'), { is_success: 'true', message: '' }]);
    const { list } = await carryOut(reply, unseen, ...wishes);
    expect(list.map(inWords)).toEqual([
      [['rejected', 'positional', 'DLI.0002']],
      [
        ['delivered', 'positional', undefined],
        ['rejected', 'positional', 'DLI.0002'],
      ],
    ]);
  });

  it('and a pause that the upstream asks for', async () => {
    const throttle = replied(429, refusal('APIGW.0308'), { retryAfter: 77 });
    const { list } = await carryOut(throttle, unseen, { jobs: ['131'] }, { jobs: ['130', '131'] });
    expect(list.map(({ waits }) => pauseOf(waits))).toEqual([77, 77]);
  });
});

describe('a request that went unanswered is noted wherever it was wished', () => {
  const wishes = [{ jobs: ['131'] }, { jobs: ['130', '131'] }];

  it.each<[string, Reply]>([
    ['silence', { kind: 'silent', reason: 'timeout' }],
    ['a server error', replied(500, '')],
    ['a server error sent as 400', noTo('DLI.0999')],
    ['a reply of another length', replied(200, [{}, {}, {}])],
  ])('%s: it may have been served', async (_, reply) => {
    const { list } = await carryOut(reply, unseen, ...wishes);
    const ours = maybeServed('ours', 2);
    const both = new Map([0, 1].map((index) => [index, ours]));
    expect(list.map(({ record }) => record.requests)).toEqual([new Map([[0, ours]]), both]);
    expect(list.map(inWords)).toEqual([[], []]);
  });

  it.each<[string, Reply]>([
    ['a throttle', replied(429, refusal('APIGW.0308'))],
    ['a throttle sent as 400', replied(400, refusal('DRS.M01503'))],
    ['an expired credential', replied(401, refusal('APIGW.0301'))],
  ])('%s: it was not served, and is written down all the same', async (_, reply) => {
    const { list } = await carryOut(reply, unseen, ...wishes);
    const no = unserved('ours');
    expect(list.map(({ record }) => [...record.requests.values()])).toEqual([[no], [no, no]]);
    expect(list[1]?.record.isChanged).toBe(true);
  });
});
