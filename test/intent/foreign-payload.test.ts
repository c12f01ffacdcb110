import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { looksLike, recognise } from '../../shared/intent/foreign-payload.ts';
import { readMessage } from '../../shared/intent/message.ts';
import { oddJson } from '../support/arbitraries.ts';
import { eventOf, FOREIGN_PAYLOADS, wishText } from '../support/foreign-payloads.ts';
import { bodyOf } from '../support/messages.ts';

const reasonOf = (message: string): string => {
  const reading = readMessage(message);
  return reading.ok ? '' : reading.reason;
};

describe('a foreign payload is recognised, with advice', () => {
  it.each(FOREIGN_PAYLOADS)('%s', (name, payload) => {
    const look = recognise(payload);
    expect(look?.name).toMatch(name);
    expect(look && looksLike(look)).toMatch(
      /^looks like an? .+: [a-z].{10,}$|^looks like JSON in a text: /,
    );
  });

  it('advice on an envelope that can be opened names the setting', () => {
    for (const [, payload] of FOREIGN_PAYLOADS) {
      const look = recognise(payload);
      if (look !== undefined && look.kind !== 'other')
        expect(look.advice).toContain(`put ${look.kind} into the setting UNWRAP`);
    }
  });

  it.each([
    [{ operation: 'dli.stop', project_id: 'p', jobs: ['1'] }],
    [eventOf({ operation: 'dli.stop' })],
    [eventOf({}, { source: 'aws.codepipeline' })],
    [{ operation: 'dli.run', job_ids: [1] }],
    [{}],
    [[]],
    [[1]],
    [[[{}]]],
    ['words before {"operation":1}'],
    [null],
    [7],
    ['text'],
    [''],
  ])('%j is not recognised', (payload) => {
    expect(recognise(payload)).toBeUndefined();
  });
});

describe('the reason for an unreadable message says what it looks like', () => {
  const ADVICE = 'only accept-http and accept-event write to this queue, so send it to one of them';

  it.each(FOREIGN_PAYLOADS)('%s', (name, payload) => {
    const reason = reasonOf(JSON.stringify(payload));
    const isEvent = Object.hasOwn(Object(payload), 'detail-type');
    const said = new RegExp(
      `^the message looks like ${isEvent ? 'an EventBridge event' : name.source.slice(1, -1)}: `,
    );
    expect(reason).toMatch(said);
    expect(reason.endsWith(ADVICE)).toBe(true);
    expect(reason).toMatch(/^[\x20-\x7e]+$/);
  });

  it('an intent as callers send it', () => {
    expect(reasonOf(wishText())).toBe(
      `the message looks like an intent as callers send it: ${ADVICE}`,
    );
  });

  it('a valid message is read, and another version is named as such', () => {
    expect(reasonOf(bodyOf({}))).toBe('');
    expect(reasonOf(bodyOf({}).replace('"v":1', '"v":2'))).toBe('the message is not of version 1');
    expect(reasonOf('{"v":2,"Records":[]}')).toBe('the message is not of version 1');
  });
});

describe('the readers never throw, and no text quotes the payload', () => {
  const SECRET = 'hunter2';

  it.each(FOREIGN_PAYLOADS)('%s', (_, payload) => {
    const spoilt: unknown = JSON.parse(JSON.stringify(payload), (key, value: unknown) =>
      typeof value === 'string' && !/^(eventSource|EventSource|Event|source|detail-type)$/.test(key)
        ? SECRET
        : value,
    );
    const look = recognise(spoilt);
    expect(look ? looksLike(look) : '').not.toContain(SECRET);
  });

  it('for any payload', () => {
    fc.assert(
      fc.property(oddJson(), oddJson(), (odd, other) => {
        for (const payload of [
          odd,
          { Records: odd, requestContext: other },
          { Records: [odd], 'detail-type': other },
          { requestContext: odd, awslogs: other },
          [odd],
          { eventSource: odd, records: other },
        ]) {
          const look = recognise(payload);
          if (look) expect(looksLike(look)).toMatch(/^[\x20-\x7e]+$/);
          readMessage(JSON.stringify(payload) ?? '');
        }
      }),
    );
  });
});
