import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCloudEvent, readCloudEvent } from '../../shared/intent/cloud-event.ts';
import { isBinaryMode, readBinaryEvent } from '../../shared/intent/cloud-event-headers.ts';
import { isObject } from '../../shared/json/json.ts';
import { oddJson } from '../support/arbitraries.ts';
import { ATTRIBUTES } from '../support/cloud-events.ts';

const DATA = { appinfoA: 'abc', appinfoB: 123, appinfoC: true };

const EVENT = {
  source: '/mycontext',
  id: 'C234-1234-1234',
  time: Date.parse('2018-04-05T17:31:00Z'),
  data: DATA,
};

const faultsIn = (read: ReturnType<typeof readCloudEvent>) =>
  read.ok ? [] : read.faults.map(({ pointer, detail }) => `${pointer} ${detail}`);

const faultsOf = (more: object) => faultsIn(readCloudEvent({ ...ATTRIBUTES, data: DATA, ...more }));

describe('a CloudEvent in JSON', () => {
  it('the specification’s example with an object as its data', () => {
    const event = { ...ATTRIBUTES, subject: null, data: DATA };
    expect(isCloudEvent(event)).toBe(true);
    expect(readCloudEvent(event)).toEqual({ ok: true, event: EVENT });
  });

  it('the specification’s example without a content type counts as JSON', () => {
    const { datacontenttype: _, ...others } = ATTRIBUTES;
    const read = readCloudEvent({ ...others, id: 'D234-1234-1234', data: "I'm just a string" });
    expect(read).toMatchObject({ ok: true, event: { data: "I'm just a string" } });
  });

  it('data in base64 is read with exact ids (P9)', () => {
    const data_base64 = Buffer.from('{"jobs":[9223372036854775807]}').toString('base64');
    expect(readCloudEvent({ ...ATTRIBUTES, data_base64 })).toMatchObject({
      ok: true,
      event: { data: { jobs: [9223372036854775807n] } },
    });
  });

  it.each(['application/json', 'text/json; charset=utf-8', 'application/vnd.acme+json'])(
    'data of type %s is JSON',
    (datacontenttype) => {
      expect(faultsOf({ datacontenttype })).toEqual([]);
    },
  );

  it('an attribute that is null is not set', () => {
    const event = { ...ATTRIBUTES, time: null, sequence: null, data_base64: null, data: DATA };
    const { time: _, ...others } = EVENT;
    expect(readCloudEvent(event)).toEqual({ ok: true, event: others });
  });

  it('its sequence is a number or a time', () => {
    const read = (sequence: unknown) =>
      readCloudEvent({ ...ATTRIBUTES, data: DATA, sequence } as never);
    expect(read('42')).toMatchObject({ event: { sequence: 'n00000000000000000042' } });
    expect(read('2026-01-31T12:00:00.5Z')).toMatchObject({
      event: { sequence: 't2026-01-31T12:00:00.500000000' },
    });
  });

  it.each([
    [{ specversion: '0.3' }, '#/specversion must be 1.0'],
    [{ specversion: 1 }, '#/specversion must be 1.0'],
    [{ id: undefined }, '#/id is required'],
    [{ id: '' }, '#/id must be a text that is not empty'],
    [{ id: 5 }, '#/id must be a text that is not empty'],
    [{ source: null }, '#/source is required'],
    [{ type: undefined }, '#/type is required'],
    [{ time: 'yesterday' }, '#/time is not ISO 8601: write it as 2026-01-31T12:00:00Z'],
    [{ time: 5 }, '#/time is not ISO 8601: write it as 2026-01-31T12:00:00Z'],
    [
      { time: '0001-01-01T00:00:00Z' },
      '#/time is before 1970, so it cannot be the time of the event',
    ],
    [{ datacontenttype: 'application/xml' }, '#/datacontenttype must be JSON'],
    [{ data: undefined }, '#/data is required: it is the intent'],
    [{ data_base64: 'e30=' }, '#/data_base64 must not stand beside data'],
    [{ data: undefined, data_base64: '%' }, '#/data_base64 must be base64'],
    [{ data: undefined, data_base64: 'e3' }, expect.stringMatching(/^#\/data_base64 .*JSON/)],
  ])('%j is a fault', (more, fault) => {
    expect(faultsOf(more)).toEqual([fault]);
  });

  it('a sequence that cannot be ordered is a fault', () => {
    for (const sequence of ['-5', 'aaa', 1.5, {}, true])
      expect(faultsOf({ sequence })).toEqual([expect.stringMatching(/^#\/sequence must be/)]);
  });

  it('every fault is told at once', () => {
    expect(faultsIn(readCloudEvent({ specversion: '1', time: 'x' }))).toHaveLength(6);
  });

  it('any object whatever is read or refused', () => {
    fc.assert(
      fc.property(oddJson(), oddJson(), (odd, other) => {
        for (const more of [{ id: odd, time: other }, { data_base64: odd }, { sequence: odd }])
          expect(readCloudEvent({ ...ATTRIBUTES, ...more } as never)).toHaveProperty('ok');
        if (isObject(odd)) expect(readCloudEvent(odd)).toHaveProperty('ok');
      }),
    );
  });
});

/** The example of the HTTP binding, §3.1.4. */
const HEADERS = {
  'ce-specversion': '1.0',
  'ce-type': 'com.example.someevent',
  'ce-time': '2018-04-05T03:56:24Z',
  'ce-id': '1234-1234-1234',
  'ce-source': '/mycontext/subcontext',
  'content-type': 'application/json; charset=utf-8',
};

describe('a CloudEvent in binary mode', () => {
  it('the specification’s example', () => {
    expect(isBinaryMode(HEADERS)).toBe(true);
    expect(isBinaryMode({ 'content-type': 'application/json' })).toBe(false);
    expect(readBinaryEvent(HEADERS, DATA)).toEqual({
      ok: true,
      event: {
        source: '/mycontext/subcontext',
        id: '1234-1234-1234',
        time: Date.parse('2018-04-05T03:56:24Z'),
        data: DATA,
      },
    });
  });

  it.each([
    ['Euro%20%E2%82%AC%20%F0%9F%98%80', 'Euro € 😀'],
    ['"Euro \\"%E2%82%AC\\" \\\\"', 'Euro "€" \\'],
    ['%41%2525', 'A%25'],
    ['100%', '100%'],
  ])('the header %s is %s', (header, id) => {
    expect(readBinaryEvent({ ...HEADERS, 'ce-id': header }, DATA)).toMatchObject({ event: { id } });
  });

  it.each([
    [{ 'ce-id': undefined }, ['header ce-id is required']],
    [{ 'ce-id': '%C0%A0' }, ['header ce-id is not UTF-8']],
    [{ 'ce-specversion': '2.0' }, ['header ce-specversion must be 1.0']],
    [{ 'ce-time': 'x' }, [expect.stringMatching(/^header ce-time is not ISO 8601/)]],
    [
      { 'ce-datacontenttype': 'application/json' },
      ['header ce-datacontenttype must not be there: send Content-Type'],
    ],
    [{ 'ce-sequence': 'aaa' }, [expect.stringMatching(/^header ce-sequence must be/)]],
  ])('%j', (more, faults) => {
    const headers = Object.fromEntries(
      Object.entries({ ...HEADERS, ...more }).filter(([, value]) => value !== undefined),
    );
    expect(faultsIn(readBinaryEvent(headers, DATA))).toEqual(faults);
  });
});
