import {
  CreateEventBusCommand,
  DescribeEventBusCommand,
  ListEventBusesCommand,
  ListRulesCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { afterEach, describe, expect, test } from 'vitest';
import { startEventBus } from '../../local/bus/event-bus.ts';
import { closeAll, entry, numbered, put, start } from './begin-bus.ts';

afterEach(closeAll);

describe('what is published arrives as EventBridge envelopes, in order', () => {
  test('with every field in its place and the detail parsed', async () => {
    const { bus, client } = await start();
    const detail = { job_id: '9223372036854775807' };
    const { Entries: results, FailedEntryCount: failed } = await put(
      client,
      entry({
        Detail: JSON.stringify(detail),
        Time: new Date('2026-05-04T03:02:01Z'),
        Resources: ['arn:one'],
      }),
    );
    expect(failed).toBe(0);
    expect(bus.events).toEqual([
      {
        version: '0',
        id: results?.[0]?.EventId,
        'detail-type': 'Job Control Result',
        source: 'job-fanin',
        account: '000000000000',
        time: '2026-05-04T03:02:01Z',
        region: 'eu-west-1',
        resources: ['arn:one'],
        detail,
      },
    ]);
  });

  test('stamped with the time of arrival, in seconds, and an id of its own', async () => {
    const { bus, client } = await start({ now: () => new Date('2026-01-02T03:04:05.678Z') });
    await put(client, ...numbered(10));
    await put(client, ...numbered(2));
    expect(bus.events.map(({ detail }) => detail.n)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    expect(new Set(bus.events.map(({ time }) => time))).toEqual(new Set(['2026-01-02T03:04:05Z']));
    expect(new Set(bus.events.map(({ id }) => id)).size).toBe(12);
  });

  test('and only the latest are kept when a number is set', async () => {
    const { bus, client } = await start({ maxEvents: 10 });
    await put(client, ...numbered(10));
    await put(client, ...numbered(2));
    expect(bus.events.map(({ detail }) => detail.n)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
  });
});

describe('a request outside the limits is refused whole', () => {
  test.each([0, 11])('%i entries', async (count) => {
    const { bus, client } = await start();
    await expect(put(client, ...numbered(count))).rejects.toMatchObject({
      name: 'ValidationException',
      $metadata: { httpStatusCode: 400 },
    });
    expect(bus.events).toEqual([]);
  });

  // Source 9 + type 18 + detail {"a":"…"} 8 + 30 × 3 bytes, and for the second entry 14 + 7 bytes more.
  const detail = JSON.stringify({ a: '字'.repeat(30) });
  const entries = [entry({ Detail: detail }), entry({ Detail: detail, Time: new Date() })].map(
    (each, index) => (index === 0 ? each : { ...each, Resources: ['arn:two'] }),
  );
  const bytes = 2 * (9 + 18 + 8 + 90) + 14 + 7;

  test("bytes counted by AWS's own formula: as many as allowed pass", async () => {
    const { bus, client } = await start({ maxRequestBytes: bytes });
    await put(client, ...entries);
    expect(bus.events).toHaveLength(2);
  });

  test('one byte more is refused', async () => {
    const { bus, client } = await start({ maxRequestBytes: bytes - 1 });
    await expect(put(client, ...entries)).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Total size of the entries in the request is over the limit.',
    });
    expect(bus.events).toEqual([]);
  });

  test('a body beyond reason is not even parsed', async () => {
    const { client } = await start({ maxRequestBytes: 1 });
    const request = put(client, entry({ Detail: 'x'.repeat(1_000_000) }));
    await expect(request).rejects.toMatchObject({ $metadata: { httpStatusCode: 413 } });
  });

  test('a body that is no request of this wire is the sender’s fault', async () => {
    const { bus, client } = await start();
    const post = async (target: string, body: string) => {
      const headers = { 'x-amz-target': target };
      const response = await fetch(bus.url, { method: 'POST', headers, body });
      return [response.status, await response.json()];
    };
    const serialization = [400, { __type: 'SerializationException' }];
    expect(await post('AWSEvents.PutEvents', '{')).toMatchObject(serialization);
    expect(await post('AWSEvents.PutEvents', '{"Entries":[{"Source":1}]}')).toMatchObject(
      serialization,
    );
    const unknown = { name: 'UnknownOperationException' };
    await expect(client.send(new ListRulesCommand({}))).rejects.toMatchObject(unknown);
  });
});

describe('a bad entry fails alone, in its place', () => {
  test.each<[string, PutEventsRequestEntry]>([
    ['InvalidArgument', { Source: '' }],
    ['InvalidArgument', { DetailType: undefined }],
    ['InvalidArgument', { Detail: undefined }],
    ['MalformedDetail', { Detail: '{' }],
    ['MalformedDetail', { Detail: '[1]' }],
    ['MalformedDetail', { Detail: '"text"' }],
    ['NotAuthorizedForSourceException', { Source: 'aws.events' }],
  ])('%s for %j', async (code, change) => {
    const { bus, client } = await start();
    const reply = await put(client, entry(), entry(change), entry());
    expect(reply.FailedEntryCount).toBe(1);
    expect(reply.Entries).toEqual([
      { EventId: bus.events[0]?.id },
      { ErrorCode: code, ErrorMessage: expect.any(String) },
      { EventId: bus.events[1]?.id },
    ]);
    expect(bus.events).toHaveLength(2);
  });
});

describe('a bus can be created if it is missing', () => {
  test('and once only', async () => {
    const { bus, client } = await start();
    const describeBus = () => client.send(new DescribeEventBusCommand({ Name: 'orders' }));
    await expect(describeBus()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    const create = () => client.send(new CreateEventBusCommand({ Name: 'orders' }));
    const { EventBusArn: arn } = await create();
    expect(arn).toBe('arn:aws:events:eu-west-1:000000000000:event-bus/orders');
    expect(await describeBus()).toMatchObject({ Name: 'orders', Arn: arn });
    await expect(create()).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' });
    const { EventBuses: buses } = await client.send(new ListEventBusesCommand({}));
    expect(buses?.map(({ Name }) => Name)).toEqual(['default', 'results', 'orders']);

    await put(client, entry({ EventBusName: arn, Source: 'by-arn' }));
    expect(bus.events.map(({ source }) => source)).toEqual(['by-arn']);
  });

  test('an event for a bus that does not exist is accepted and dropped', async () => {
    const { bus, client } = await start();
    const { Entries: results, FailedEntryCount: failed } = await put(
      client,
      entry({ EventBusName: 'nowhere' }),
    );
    expect(failed).toBe(0);
    expect(results?.[0]?.EventId).toEqual(expect.any(String));
    expect(bus.events).toEqual([]);
  });
});

describe('a port in use is an error', () => {
  test('and not a crash', async () => {
    const { bus } = await start();
    const port = Number(new URL(bus.url).port);
    await expect(startEventBus({ buses: [], port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
