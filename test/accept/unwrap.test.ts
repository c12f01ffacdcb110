import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unwrap } from '../../shared/accept/unwrap.ts';
import { ENVELOPES } from '../../shared/intent/foreign-payload.ts';
import { oddJson, oddString } from '../support/arbitraries.ts';
import {
  eventOf,
  FOREIGN_PAYLOADS,
  notificationOf,
  snsEventOf,
  sqsRecordOf,
  wishText,
} from '../support/foreign-payloads.ts';
import { PROJECT } from '../support/messages.ts';

const open = (payload: unknown, ...named: readonly string[]) => unwrap(payload, new Set(named));
const one = (payload: unknown) => ({ ok: true, isBatch: false, payloads: [payload] });
const batch = (...payloads: readonly unknown[]) => ({ ok: true, isBatch: true, payloads });
const detail = (job: unknown = 6) => ({ operation: 'dli.stop', project_id: PROJECT, jobs: [job] });

const SNS = {
  'detail-type': 'Job Control Intent',
  source: 'sns:jobs',
  id: '95df01b4-ee98-5cb9-9903-4c221d41eb5e',
  time: '2026-01-31T12:00:00.000Z',
};
const SQS = {
  'detail-type': 'Job Control Intent',
  source: 'sqs:wishes',
  id: '059f36b4-87a3-44ab-83d2-661975830a7d',
  time: '2026-01-31T12:00:00.000Z',
};

describe('an envelope is opened if its kind is listed', () => {
  it('an event whose detail is a text, with exact ids (P9)', () => {
    expect(open(eventOf(wishText('9223372036854775807')), 'text-detail')).toEqual(
      one(eventOf(detail(9223372036854775807n))),
    );
  });

  it('an SNS notification becomes an event with its own id, its time and its topic', () => {
    expect(open(notificationOf(wishText()), 'sns')).toEqual(one({ ...SNS, detail: detail() }));
  });

  it('an SNS event is a batch', () => {
    expect(open(snsEventOf(wishText(1), wishText(2)), 'sns')).toEqual(
      batch(
        { ...SNS, id: 'message-0', detail: detail(1) },
        { ...SNS, id: 'message-1', detail: detail(2) },
      ),
    );
  });

  it('an SQS event is a batch: each message with its own id and sending time', () => {
    expect(
      open({ Records: [sqsRecordOf(wishText(1)), sqsRecordOf(wishText(2), 'b')] }, 'sqs'),
    ).toEqual(batch({ ...SQS, detail: detail(1) }, { ...SQS, id: 'b', detail: detail(2) }));
  });

  it('the parts of a batch of Pipes come from pipes, whatever they say', () => {
    const made = { 'detail-type': 'Job Control Intent', source: 'pipes' };
    expect(open([detail(1), detail(2)], 'pipes')).toEqual(
      batch({ ...made, detail: detail(1) }, { ...made, detail: detail(2) }),
    );
    const event = eventOf(detail());
    expect(open([event], 'pipes')).toEqual(batch({ ...event, source: 'pipes' }));
  });

  it('an envelope inside another is opened if both are listed', () => {
    const both = { Records: [sqsRecordOf(JSON.stringify(notificationOf(wishText())))] };
    const { source } = SQS;
    expect(open(both, 'sqs', 'sns')).toEqual(batch({ ...SNS, source, detail: detail() }));
    expect(open(both, 'sqs')).toEqual(batch(notificationOf(wishText())));
    const event = { Records: [sqsRecordOf(JSON.stringify(eventOf(detail())))] };
    expect(open(event, 'sqs')).toEqual(batch({ ...eventOf(detail()), source }));
    const pipes = [sqsRecordOf(wishText())];
    expect(open(pipes, 'pipes', 'sqs')).toEqual(batch({ ...SQS, detail: detail() }));
    expect(open(pipes, 'pipes')).toEqual(batch({ Records: pipes }));
  });
});

describe('what comes out of an envelope has the grants of its source', () => {
  const { source } = SQS;
  const inQueue = (body: unknown) => ({ Records: [sqsRecordOf(JSON.stringify(body))] });

  it.each([
    ['an event that names another source', eventOf(detail()), eventOf(detail(), { source })],
    [
      'intents in a batch of Pipes',
      [detail(1)],
      { 'detail-type': 'Job Control Intent', source, detail: detail(1) },
    ],
    [
      'a text in the detail of an event',
      eventOf(JSON.stringify(detail())),
      eventOf(detail(), { source }),
    ],
  ])('%s', (_, body, event) => {
    expect(open(inQueue(body), ...ENVELOPES)).toEqual(batch(event));
  });
});

describe('an entry of the list may name one source', () => {
  it.each([
    ['sns:jobs', notificationOf(wishText()), one({ ...SNS, detail: detail() })],
    ['text-detail:com.example.cron', eventOf(wishText()), one(eventOf(detail()))],
    ['sqs:wishes', { Records: [sqsRecordOf(wishText())] }, batch({ ...SQS, detail: detail() })],
    ['sns:jobs', snsEventOf(wishText()), batch({ ...SNS, id: 'message-0', detail: detail() })],
  ])('%s opens what comes from it', (entry, payload, opened) => {
    expect(open(payload, entry)).toEqual(opened);
  });

  it.each([
    ['sns:job', notificationOf(wishText())],
    ['text-detail:com.example', eventOf(wishText())],
  ])('%s leaves what comes from another', (entry, payload) => {
    expect(open(payload, entry)).toEqual(one(payload));
  });

  it('of a batch, a message from another is a fault', () => {
    expect(open({ Records: [sqsRecordOf(wishText())] }, 'sqs:others')).toEqual({
      ok: false,
      detail: '[0] comes from sqs:wishes, which the setting UNWRAP does not name',
    });
    expect(open(snsEventOf(wishText()), 'sns:others', 'sns:more')).toMatchObject({ ok: false });
  });
});

describe('other payloads stay as they are', () => {
  it.each(FOREIGN_PAYLOADS)('%s', (_, payload) => {
    expect(open(payload)).toEqual(one(payload));
  });

  it('another kind in the list does not open it', () => {
    expect(open(notificationOf(wishText()), 'sqs', 'pipes', 'text-detail')).toEqual(
      one(notificationOf(wishText())),
    );
  });
});

describe('the fault of a text that is not JSON says where the text is', () => {
  it.each([
    [eventOf('{'), /^the detail of the event is not JSON: the text is not valid JSON/],
    [notificationOf('You have chosen'), /^the Message of the SNS notification is not JSON: /],
    [
      { Records: [sqsRecordOf(wishText()), sqsRecordOf('{"a":')] },
      /^\[1\] the body of the SQS message is not JSON: /,
    ],
    [snsEventOf('{"__proto__":1}'), /^\[0\] the Message .*"__proto__" is not allowed/],
  ])('%#: %s', (payload, said) => {
    expect(open(payload, ...ENVELOPES)).toEqual({ ok: false, detail: expect.stringMatching(said) });
  });

  it('an invalid time is left out', () => {
    for (const SentTimestamp of ['soon', 1_769_860_800_000, null]) {
      const record = { ...sqsRecordOf(wishText()), attributes: { SentTimestamp } };
      expect(open({ Records: [record] }, 'sqs')).toEqual(
        batch({ ...SQS, time: undefined, detail: detail() }),
      );
    }
  });

  it('it never throws', () => {
    fc.assert(
      fc.property(oddJson(), oddString(), oddJson(), (odd, text, other) => {
        for (const payload of [
          odd,
          [odd, sqsRecordOf(text)],
          { Records: [odd, other] },
          { Records: [{ eventSource: 'aws:sqs', body: odd, attributes: other }, odd] },
          { Records: [{ EventSource: 'aws:sns', Sns: odd }, { Sns: { Message: other } }] },
          { TopicArn: odd, Message: other, MessageId: odd },
          { 'detail-type': odd, detail: text },
          { Records: [sqsRecordOf(JSON.stringify({ Records: [sqsRecordOf(text), odd] }))] },
        ])
          expect(open(payload, ...ENVELOPES)).toHaveProperty('ok');
      }),
    );
  });
});
