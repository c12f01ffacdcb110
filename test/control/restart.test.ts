import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Received } from '../../shared/control/received.ts';
import { agree, message, outcomes, refusal, startControlRoom } from '../support/control-room.ts';
import { idAt, NOW, PROJECT } from '../support/messages.ts';
import { replied } from '../support/replies.ts';

const stop = (receives = 1): Received =>
  message(
    'stop',
    { age: 1, operation: 'dli.stop', options: { trigger_savepoint: true } },
    receives,
  );
const run = (receives = 1): Received =>
  message('run', { age: 2, options: { resume_savepoint: true } }, receives);

const STOP = `/v1.0/${PROJECT}/streaming/jobs/stop {"job_ids":[131],"trigger_savepoint":true}`;
const RUN = `/v1.0/${PROJECT}/streaming/jobs/run {"job_ids":[131],"resume_savepoint":true}`;

/** How late a status may be after the stop was answered. */
const SETTLE = 30_000;

/** A room whose one job is in a state that the test sets, at a time that it sets, and its calls in the order sent. */
const begin = (options: Parameters<typeof startControlRoom>[0] = {}) => {
  const job = { status: 'job_running' };
  const clock = { at: Date.parse(NOW) };
  const room = startControlRoom({ statusOf: () => job.status, now: () => clock.at, ...options });
  return { ...room, job, clock, sent: () => room.calls.map(({ path, body }) => `${path} ${body}`) };
};

describe('a stop and a run after it, in batches of their own', () => {
  it('the run waits until the job stands still; each is called once, with its own flags', async () => {
    const room = begin();
    expect(await room.run([stop()])).toEqual([]);
    room.clock.at += SETTLE;
    for (const status of ['job_savepointing', 'job_canceling']) {
      room.job.status = status;
      expect(await room.run([run()])).toEqual(['run']);
    }
    expect(room.sent()).toEqual([STOP]);
    room.job.status = 'job_cancel_success';
    expect(await room.run([run()])).toEqual([]);
    expect(room.sent()).toEqual([STOP, RUN]);
    expect(outcomes(room.results)).toEqual(['131 delivered', '131 delivered']);
  });

  it('the stop given again after the run changes nothing', async () => {
    const room = begin();
    await room.run([stop()]);
    room.job.status = 'job_cancel_success';
    room.clock.at += SETTLE;
    await room.run([run()]);
    expect(await room.run([stop(2)])).toEqual([]);
    expect(await room.run([run(2), stop(3)])).toEqual([]);
    expect(room.sent()).toEqual([STOP, RUN]);
    expect(new Set(outcomes(room.results))).toEqual(new Set(['131 delivered']));
  });

  it('a second stop and a delete between the two, which are refused, do not let the run go too early', async () => {
    let requests = 0;
    const refusals = [undefined, 'DLI.0007', 'APIGW.0101'];
    const room = begin({
      reply: (call) => {
        const code = refusals[requests++];
        return code === undefined ? agree(call) : replied(400, [refusal(code)]);
      },
    });
    expect(await room.run([stop()])).toEqual([]);
    const again = { age: 2, operation: 'dli.stop', options: { trigger_savepoint: true } } as const;
    expect(await room.run([message('again', again)])).toEqual(['again']);
    await room.run([message('delete', { age: 3, operation: 'dli.delete', options: {} })]);
    const late = message('run', { age: 4, options: { resume_savepoint: true } });
    expect(await room.run([late])).toEqual(['run']);
    expect(room.sent()).not.toContain(RUN);
    room.job.status = 'job_cancel_success';
    room.clock.at += SETTLE;
    expect(await room.run([late])).toEqual([]);
    expect(room.sent().at(-1)).toBe(RUN);
  });

  it('another operation between the two, which is refused, does not let the run go too early', async () => {
    const remove = (receives = 1): Received =>
      message('remove', { age: 2, operation: 'dli.delete' }, receives);
    const later = message('run', { age: 3, options: { resume_savepoint: true } });
    const room = begin({
      reply: (call) =>
        call.path.endsWith('/delete') ? replied(400, refusal('DLI.0012')) : agree(call),
    });
    await room.run([stop()]);
    expect(await room.run([remove()])).toEqual(['remove']);
    expect(await room.run([later])).toEqual(['run']);
    room.clock.at += 10 * SETTLE;
    room.job.status = 'job_savepointing';
    expect(await room.run([later])).toEqual(['run']);
    room.job.status = 'job_cancel_success';
    expect(await room.run([later])).toEqual([]);
    expect(room.sent().at(-1)).toBe(RUN);
    expect(await room.run([remove(2)])).toEqual([]);
  });

  it('a stop that waits comes first all the same', async () => {
    let busy = true;
    const room = begin({
      reply: (call) => (busy ? replied(400, [refusal('DRS.M01504')]) : agree(call)),
    });
    expect(await room.run([stop()])).toEqual(['stop']);
    busy = false;
    expect(await room.run([run()])).toEqual(['run']);
    expect(room.sent()).toEqual([STOP]);
    expect(await room.run([stop(2)])).toEqual([]);
    room.job.status = 'job_cancel_success';
    room.clock.at += SETTLE - 1;
    expect(await room.run([run(2)])).toEqual(['run']);
    room.clock.at += 1;
    expect(await room.run([run(2)])).toEqual([]);
    expect(room.sent()).toEqual([STOP, STOP, RUN]);
  });

  it('a stop that is refused for good lets the run go, which has its own answer', async () => {
    const room = begin({
      reply: (call) =>
        call.path.endsWith('/stop') ? replied(400, [refusal('DLI.0002')]) : agree(call),
    });
    room.job.status = 'missing';
    expect(await room.run([stop()])).toEqual([]);
    room.job.status = 'job_init';
    expect(await room.run([run()])).toEqual([]);
    expect(room.sent()).toEqual([STOP, RUN]);
    expect(outcomes(room.results)).toEqual(['131 delivered', '131 rejected']);
  });

  it('a stop whose time is over lets the run go once a look shows the job standing still', async () => {
    let at = Date.parse(NOW);
    const room = begin({ now: () => at, reply: () => replied(400, [refusal('DRS.M01504')]) });
    const late = message('stop', {
      age: 1,
      operation: 'dli.stop',
      expires_at: new Date(at + 1_000).toISOString(),
    });
    expect(await room.run([late])).toEqual(['stop']);
    at += 1_000;
    room.job.status = 'job_canceling';
    expect(await room.run([run()])).toEqual(['run']);
    expect(room.calls).toHaveLength(1);
    room.job.status = 'job_cancel_success';
    expect(await room.run([run()])).toEqual(['run']);
    expect(room.sent().at(-1)).toBe(RUN);
  });
});

describe('a restart in any interleaving with redelivery', () => {
  /** What may happen next: a delivery of either message, or of both, or the job coming to its next state, and it shows. */
  const step = fc.constantFrom('stop', 'run', 'both', 'time');
  const STATES = ['job_savepointing', 'job_canceling', 'job_cancel_success'];
  const passTime = ({ job, clock }: ReturnType<typeof begin>, ahead: string[]): void => {
    job.status = ahead.shift() ?? job.status;
    clock.at += SETTLE;
  };

  it('that sees the stop first: stopped once, then run once from its savepoint', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        const ahead: string[] = [];
        const room = begin({
          reply: (call) => {
            if (call.path.endsWith('/stop')) ahead.push(...STATES);
            else ahead.push('job_running');
            return agree(call);
          },
        });
        const doStep = async (what: string): Promise<void> => {
          if (what === 'time') passTime(room, ahead);
          if (what === 'stop') await room.run([stop()]);
          if (what === 'run') await room.run([run()]);
          if (what === 'both') await room.run([run(), stop()]);
        };
        for (const what of ['stop', ...steps, 'time', 'time', 'time', 'both', 'both'])
          await doStep(what);
        expect(room.sent()).toEqual([STOP, RUN]);
        expect(await room.run([stop(), run()])).toEqual([]);
      }),
    );
  });

  it('or whose run names the stop: the same, whichever is seen first, and however often', async () => {
    const linked = (): Received =>
      message('run', { age: 2, after: 1, options: { resume_savepoint: true } });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        const ahead: string[] = [];
        const room = begin({
          reply: (call) => {
            const isStop = call.path.endsWith('/stop');
            if (!isStop) expect(room.job.status).toBe('job_cancel_success');
            ahead.push(...(isStop ? STATES : ['job_running']));
            return agree(call);
          },
        });
        const deliveries: Record<string, readonly Received[]> = {
          stop: [stop()],
          run: [linked()],
          both: [linked(), stop()],
        };
        for (const what of ['run', ...steps, 'both', 'time', 'time', 'time', 'both', 'both']) {
          if (what === 'time') passTime(room, ahead);
          else await room.run(deliveries[what] ?? []);
        }
        expect(room.sent()).toEqual([STOP, RUN]);
        expect(new Set(outcomes(room.results))).toEqual(new Set(['131 delivered']));
        expect(await room.run([stop(), linked()])).toEqual([]);
      }),
    );
  });

  it('a run whose stop does not come waits, says so, and expires', async () => {
    let at = Date.parse(NOW);
    const room = begin({ now: () => at });
    const expires_at = new Date(at + 60_000).toISOString();
    const linked = message('run', { age: 2, after: 1, expires_at });
    expect(await room.run([linked])).toEqual(['run']);
    expect(room.lines).toContainEqual({
      level: 'info',
      event: 'waits for an intent before it',
      fields: { jobs: 1, intents: [idAt(2)], after: [idAt(1)] },
    });
    at += 60_000;
    expect(await room.run([linked])).toEqual([]);
    expect(room.calls).toEqual([]);
    expect(room.results).toMatchObject([
      {
        outcome: 'expired',
        error: {
          code: 'not-begun',
          message:
            'The stop that this intent names as `after` did not begin for this job before the deadline',
        },
      },
    ]);
  });

  it('and where both come at once, the same', async () => {
    const room = begin();
    expect(await room.run([run(), stop()])).toEqual(['run']);
    expect(room.postponed.get('run')).toBe(30);
    room.job.status = 'job_cancel_success';
    room.clock.at += SETTLE;
    expect(await room.run([run(2)])).toEqual([]);
    expect(room.sent()).toEqual([STOP, RUN]);
  });
});
