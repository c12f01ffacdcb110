import { describe, expect, it } from 'vitest';
import { makeAcceptEnveloped } from '../../shared/accept/enveloped.ts';
import { makeAcceptPayload } from '../../shared/accept/payload.ts';
import { keyOf } from '../../shared/edge/intent-id.ts';
import { isCloudEvent } from '../../shared/intent/cloud-event.ts';
import { ENVELOPES, type Envelope } from '../../shared/intent/foreign-payload.ts';
import { startAcceptance } from '../support/acceptance.ts';
import {
  eventOf,
  FOREIGN_PAYLOADS,
  notificationOf,
  snsEventOf,
  sqsRecordOf,
  wishText,
} from '../support/foreign-payloads.ts';
import { NOW, PROJECT } from '../support/messages.ts';

const begin = (
  opens: readonly Envelope[] = ENVELOPES,
  options?: Parameters<typeof startAcceptance>[0],
) => {
  const { accept, queued, sent } = startAcceptance(options);
  const now = () => new Date(NOW);
  const acceptPayload = makeAcceptPayload(accept, { now, keyOf, takesReplays: false });
  return {
    take: makeAcceptEnveloped(acceptPayload, { now, opens: new Set(opens), takesReplays: false }),
    queued,
    sent,
  };
};

const wish = (job: unknown = '5') => ({ operation: 'dli.stop', project_id: PROJECT, jobs: [job] });
const jobsOf = (queued: readonly { jobs: readonly unknown[] }[]) => queued.map(({ jobs }) => jobs);

describe('an envelope that no setting names is refused, with what it looks like', () => {
  const foreign = FOREIGN_PAYLOADS.filter(([, payload]) => !isCloudEvent(payload));
  it.each(foreign)('%s', async (name, payload) => {
    const { take, sent } = begin([]);
    await expect(take(payload)).rejects.toMatchObject({
      name: 'InvalidIntentError',
      message: expect.stringMatching(
        new RegExp(`^looks like ${name.source.slice(1, -1)}: [a-z].{10,}`),
      ),
    });
    expect(sent).toEqual([]);
  });

  it('a valid intent is accepted, even if it also looks like an envelope', async () => {
    const { take, queued } = begin([]);
    await take(eventOf(wish(), { source: 'aws.cloudwatch' }));
    await take(eventOf({ ...wish(), _datadog: {} }, { 'detail-type': 'Scheduled Event' }));
    expect(queued()).toHaveLength(2);
  });
});

describe('an event cannot give itself the source of an envelope, and so its grants', () => {
  it.each(['sqs:wishes', 'sns:jobs', 'pipes'])('%s is refused by name', async (source) => {
    const { take, sent } = begin();
    await expect(take(eventOf(wish(), { source }))).rejects.toMatchObject({
      name: 'InvalidIntentError',
      message: expect.stringMatching(/^"source": names what comes out of an envelope/),
    });
    expect(sent).toEqual([]);
  });

  it.each(['sqs', 'my.pipes', 'pipes.of.ours'])('%s is a source as any other', async (source) => {
    const { take, queued } = begin();
    await take(eventOf(wish(), { source }));
    expect(queued()).toMatchObject([{ caller: `rule:${source}` }]);
  });
});

describe('an envelope that a setting names is opened', () => {
  it.each<[Envelope, unknown, string]>([
    ['text-detail', eventOf(wishText('9223372036854775807')), 'rule:com.example.cron'],
    [
      'scheduler',
      eventOf(wishText('9223372036854775807'), {
        source: 'aws.scheduler',
        'detail-type': 'Scheduled Event',
      }),
      'rule:aws.scheduler',
    ],
    ['sns', notificationOf(wishText('9223372036854775807')), 'rule:sns:jobs'],
  ])('%s: one intent, one receipt', async (kind, payload, caller) => {
    const { take, queued } = begin([kind]);
    const receipt = await take(payload);
    expect(queued()).toMatchObject([{ jobs: ['9223372036854775807'], caller }]);
    expect(receipt).toMatchObject({ intent_id: queued()[0]?.intent_id, job_count: 1 });
    // A second delivery has the same key, so the control loop treats both as one intent.
    await take(payload);
    const [key, again] = queued().map((intent) => intent.key);
    expect([again, typeof key]).toEqual([key, 'string']);
  });

  it.each<[Envelope, unknown, string]>([
    ['sns', snsEventOf(wishText(1), wishText(2)), 'rule:sns:jobs'],
    [
      'sqs',
      { Records: [sqsRecordOf(wishText(1)), sqsRecordOf(wishText(2), 'b')] },
      'rule:sqs:wishes',
    ],
    ['pipes', [wish(1), wish('2')], 'rule:pipes'],
  ])('%s: a batch gets one receipt per intent, in its order', async (kind, payload, caller) => {
    const { take, queued } = begin([kind]);
    const receipts = await take(payload);
    expect(jobsOf(queued())).toEqual([['1'], ['2']]);
    expect(queued()).toMatchObject([{ caller }, { caller }]);
    expect(receipts).toMatchObject(queued().map(({ intent_id }) => ({ intent_id })));
  });

  it('a batch of one also gets a list', async () => {
    const { take } = begin();
    expect(await take([wish()])).toMatchObject([{ job_count: 1 }]);
  });

  it('a message that is delivered twice has one key, so that it is one intent', async () => {
    const { take, queued } = begin();
    for (const body of [wishText(), wishText()]) await take({ Records: [sqsRecordOf(body)] });
    expect(new Set(queued().map(({ key }) => key)).size).toBe(1);
  });

  it('within a batch, the later intent is newer', async () => {
    const { take, queued } = begin();
    await take([1, 2, 3, 4, 5].map(wish));
    const ids = queued().map(({ intent_id }) => intent_id);
    expect(jobsOf(queued())).toEqual([['1'], ['2'], ['3'], ['4'], ['5']]);
    expect([...ids].sort()).toEqual(ids);
  });
});

describe('a batch is accepted whole or not at all', () => {
  it('an invalid intent is named by its place, and nothing is queued', async () => {
    const { take, sent } = begin();
    await expect(take([wish(), wish(-1), wish(), { x: 1 }])).rejects.toMatchObject({
      name: 'InvalidIntentError',
      message: expect.stringMatching(
        /^none was queued, for 2 of 4 intents: \[1\] #\/jobs\/0: must be .+; \[3\] #\/x: is not a known field/,
      ),
    });
    await expect(take(snsEventOf(wishText(), 'no JSON'))).rejects.toMatchObject({
      name: 'InvalidIntentError',
      message: expect.stringMatching(/^\[1\] the Message of the SNS notification is not JSON/),
    });
    const nested = { Records: [sqsRecordOf(JSON.stringify({ alarmData: {} }))] };
    await expect(take(nested)).rejects.toMatchObject({
      message: expect.stringMatching(/\[0\] looks like a CloudWatch alarm/),
    });
    expect(sent).toEqual([]);
  });

  it('the first ten faults are listed, and the others counted', async () => {
    const { take } = begin();
    await expect(take(Array.from({ length: 12 }, () => ({})))).rejects.toMatchObject({
      message: expect.stringMatching(
        /^none was queued, for 12 of 12 intents: \[0\] .*; and 2 more$/,
      ),
    });
  });

  it('intents that the queue did not take are named, and the rest is queued', async () => {
    let taken = 0;
    const { take } = begin(ENVELOPES, { takes: () => ++taken !== 2 });
    await expect(take([1, 2, 3].map(wish))).rejects.toMatchObject({
      name: 'QueueUnavailableError',
      message: 'not queued whole: 1 of 3 intents: [1] the queue took 0 jobs of 1',
    });
    expect(taken).toBe(3);
  });

  it('an unexpected error passes through', async () => {
    const broken = makeAcceptEnveloped(() => Promise.reject(new TypeError('ours')), {
      now: () => new Date(NOW),
      opens: new Set(ENVELOPES),
      takesReplays: false,
    });
    await expect(broken([wish()])).rejects.toThrow(TypeError);
  });

  it('an empty batch is refused', async () => {
    const { take } = begin();
    await expect(take({ Records: [] })).rejects.toMatchObject({ name: 'InvalidIntentError' });
  });
});
