import { describe, expect, it } from 'vitest';
import { makeAcceptEnveloped } from '../../shared/accept/enveloped.ts';
import { makeAcceptPayload } from '../../shared/accept/payload.ts';
import { keyOf } from '../../shared/edge/intent-id.ts';
import { beginRoutes, NATIVE, native, RUN } from '../support/accept-routes.ts';
import { startAcceptance } from '../support/acceptance.ts';
import { cloudEventOf, WISH } from '../support/cloud-events.ts';
import { eventOf, notificationOf, snsEventOf, sqsRecordOf } from '../support/foreign-payloads.ts';
import { JSON_TYPE } from '../support/http-events.ts';
import { NOW } from '../support/messages.ts';

const traceOf = (digit: string) => ({
  traceparent: `00-${digit.repeat(32)}-${digit.repeat(16)}-01`,
  tracestate: `from=${digit}`,
});
const [OWN, EVENT, MESSAGE] = [traceOf('1'), traceOf('2'), traceOf('3')];
const INVALID = { traceparent: `00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`, tracestate: 'a=1' };

/** Whatever way an intent comes in, its messages name these. */
const carried = (queued: () => readonly { traceparent?: string; tracestate?: string }[]) =>
  queued().map(({ traceparent, tracestate }) => ({ traceparent, tracestate }));
const NONE = { traceparent: undefined, tracestate: undefined };

describe('HTTP: the trace of the headers, unless the body or the CloudEvent names its own', () => {
  const binary = (headers: object) => ({
    ...JSON_TYPE,
    'ce-specversion': '1.0',
    'ce-id': '1',
    'ce-source': '/x',
    'ce-type': 'y',
    ...headers,
  });
  const inEvent = { 'ce-traceparent': EVENT.traceparent, 'ce-tracestate': EVENT.tracestate };

  it.each([
    ['the vendor’s route', RUN, { job_ids: [1] }, { ...JSON_TYPE, ...MESSAGE }, MESSAGE],
    ['the native route', NATIVE, native, { ...JSON_TYPE, ...MESSAGE }, MESSAGE],
    ['the body’s own', NATIVE, { ...native, ...OWN }, { ...JSON_TYPE, ...MESSAGE }, OWN],
    [
      'no state beside another trace',
      NATIVE,
      { ...native, traceparent: OWN.traceparent },
      { ...JSON_TYPE, ...MESSAGE },
      { traceparent: OWN.traceparent, tracestate: undefined },
    ],
    ['an invalid one of the body', NATIVE, { ...native, ...INVALID }, JSON_TYPE, NONE],
    ['no text in the body', NATIVE, { ...native, traceparent: null }, JSON_TYPE, NONE],
    ['a binary CloudEvent', NATIVE, native, binary({ ...inEvent, ...MESSAGE }), EVENT],
    ['a binary CloudEvent without', NATIVE, native, binary(MESSAGE), MESSAGE],
    [
      'a structured CloudEvent',
      NATIVE,
      cloudEventOf(native, EVENT),
      { 'content-type': 'application/cloudevents+json', ...MESSAGE },
      EVENT,
    ],
  ])('%s', async (_, path, body, headers, expected) => {
    const { post, queued } = beginRoutes();
    const answer = await post(path, body, { headers });
    expect([answer.status, answer.body]).toEqual([path === RUN ? 200 : 202, expect.anything()]);
    expect(carried(queued)).toEqual([expected]);
  });
});

describe('events: the trace of the intent, else of the CloudEvent, else of the message around it', () => {
  const begin = () => {
    const { accept, queued } = startAcceptance();
    const options = { now: () => new Date(NOW), takesReplays: false };
    const take = makeAcceptEnveloped(makeAcceptPayload(accept, { ...options, keyOf }), {
      ...options,
      opens: new Set(['sqs', 'sns', 'pipes']),
    });
    return { take, queued };
  };
  const text = (stringValue: string) => ({ stringValue, dataType: 'String' });
  const attributes = {
    traceparent: text(MESSAGE.traceparent),
    tracestate: text(MESSAGE.tracestate),
  };
  const record = (body: unknown, more: object = {}) => ({
    ...sqsRecordOf(JSON.stringify(body)),
    messageAttributes: attributes,
    ...more,
  });
  const xRay = {
    AWSTraceHeader: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
  };
  const fromXRay = {
    traceparent: '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01',
    tracestate: undefined,
  };
  const notification = {
    MessageAttributes: {
      traceparent: { Type: 'String', Value: MESSAGE.traceparent },
      tracestate: { Type: 'String', Value: MESSAGE.tracestate },
    },
  };

  it.each<[string, unknown, object]>([
    ['a direct invocation', { ...WISH, ...OWN }, OWN],
    ['the detail of an event', eventOf({ ...WISH, ...OWN }), OWN],
    ['an invalid one', eventOf({ ...WISH, ...INVALID }), NONE],
    ['a CloudEvent', cloudEventOf(WISH, EVENT), EVENT],
    ['a CloudEvent in an event', eventOf(cloudEventOf(WISH, EVENT)), EVENT],
    ['the intent in a CloudEvent', cloudEventOf({ ...WISH, ...OWN }, EVENT), OWN],
    ['an invalid one of a CloudEvent', cloudEventOf(WISH, INVALID), NONE],
    ['a message of SQS', { Records: [record(WISH)] }, MESSAGE],
    ['an event in a message', { Records: [record(eventOf(WISH))] }, MESSAGE],
    [
      'an event with its own in a message',
      { Records: [record({ ...eventOf(WISH), ...EVENT })] },
      EVENT,
    ],
    ['the intent in a message', { Records: [record({ ...WISH, ...OWN })] }, OWN],
    ['the CloudEvent in a message', { Records: [record(cloudEventOf(WISH, EVENT))] }, EVENT],
    ['a part of a pipe', [record(WISH)], MESSAGE],
    [
      'the X-Ray header of a message',
      { Records: [record(WISH, { attributes: xRay, messageAttributes: {} })] },
      fromXRay,
    ],
    [
      'the message’s own before the X-Ray header',
      { Records: [record(WISH, { attributes: xRay })] },
      MESSAGE,
    ],
    ['a notification of SNS', notificationOf(JSON.stringify(WISH), notification), MESSAGE],
    ['an SNS event without', snsEventOf(JSON.stringify(WISH)), NONE],
  ])('%s', async (_, payload, expected) => {
    const { take, queued } = begin();
    await take(payload);
    expect(carried(queued)).toEqual([expected]);
  });

  it('a repeat of an event is the same intent, whatever its trace', async () => {
    const { take, queued } = begin();
    await take(eventOf({ ...WISH, ...OWN }));
    await take(eventOf({ ...WISH, ...EVENT }));
    expect(new Set(queued().map(({ key }) => key)).size).toBe(1);
  });
});
