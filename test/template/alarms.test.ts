import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newIntentId } from '../../shared/edge/intent-id.ts';
import { METRICS, type MetricRow } from '../../shared/json/metric.ts';
import type { Point } from '../support/emf.ts';
import { FAULTS, type Fault } from '../support/faulty-aws.ts';
import {
  batchOf,
  DOWN,
  direct,
  MINUTE,
  minutesAgo,
  ofApi,
  ofLambda,
  ofQueue,
  read,
  request,
  results,
  UP,
  wish,
} from './alarm-events.ts';
import { startAlarmRoom } from './alarm-room.ts';

const STATUS = `/v1/intents/${newIntentId()}`;

/** Drop-in clients poll this. */
const NOT_OFFERED = `/v1.0/${UP}/streaming/jobs/131`;

let room: Awaited<ReturnType<typeof startAlarmRoom>>;
beforeAll(async () => {
  room = await startAlarmRoom();
});
afterAll(() => room.stop());

const receive = async (bodies: readonly string[], receives?: number) =>
  batchOf(await room.receive(bodies), receives);

/** Requests come all the time. */
const steady = (points: readonly Point[]) => Array.from({ length: 6 }, () => points);

/** A message that was given back comes again after 15 minutes. */
const seldom = (points: readonly Point[]) => [points, [], [], points, [], []];

const AT: Readonly<Record<string, string>> = {
  queue: 'AWS_ENDPOINT_URL_SQS',
  ledger: 'AWS_ENDPOINT_URL_DYNAMODB',
  bus: 'AWS_ENDPOINT_URL_EVENTBRIDGE',
  secret: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
};

/** The settings by which an edge is at fault. */
const faultOf = (edge: string, fault: Fault): Readonly<Record<string, string>> => {
  const url = `${room.faulty}/${fault}`;
  return {
    [AT[edge] ?? '']: url,
    ...(edge === 'queue' && { QUEUE_URL: `${url}/q`, DEAD_LETTER_QUEUE_URL: `${url}/dlq` }),
  };
};

describe('while all is well', () => {
  test('no alarm rings, and each function counts what it does', async () => {
    const points = [
      ...(await room.invoke('accept-http', request('a-key'))),
      ...(await room.invoke('accept-event', direct)),
      ...(await room.invoke(
        'control-jobs',
        await receive([wish(), wish({ operation: 'dli.stop' })]),
      )),
    ];
    expect(room.ringing(steady(points))).toEqual([]);
    const names = new Set(points.map(({ name }) => name));
    for (const name of [
      'RequestsAccepted',
      'JobsAccepted',
      'Results',
      'TimeToVerdict',
      'CallsSent',
    ])
      expect(names).toContain(name);
  });

  test('a caller’s own fault rings none', async () => {
    const stranger = { ...request('a-key'), headers: { 'content-type': 'application/json' } };
    const points = await room.invoke('accept-http', stranger);
    expect(points.map(({ name }) => name)).toContain('RequestsRefused');
    expect(room.ringing(steady(points))).toEqual([]);
  });
});

describe.each(FAULTS)('an edge of AWS that is %s is told of', (fault) => {
  test.each([
    ['queue', 'accept-http', ['AcceptFailuresAlarm', 'QueueFailuresAlarm']],
    ['queue', 'accept-event', ['AcceptFailuresAlarm', 'QueueFailuresAlarm']],
    ['secret', 'accept-http', ['AcceptFailuresAlarm', 'CallersSecretAlarm']],
    ['ledger', 'accept-http', ['AcceptFailuresAlarm', 'LedgerFailuresAlarm']],
  ] as const)('the %s of %s', async (edge, name, alarms) => {
    const event = name === 'accept-http' ? request(`${edge} ${fault}`) : direct;
    const points = await room.invoke(name, event, faultOf(edge, fault));
    expect(room.ringing(steady(points))).toEqual(expect.arrayContaining([...alarms]));
  });

  test.each([
    ['ledger', 'LedgerFailuresAlarm', () => [wish()]],
    ['bus', 'BusFailuresAlarm', () => [wish()]],
    ['queue', 'QueueFailuresAlarm', () => ['not JSON']],
    ['secret', 'UpstreamSecretAlarm', () => [wish()]],
  ] as const)('the %s of control-jobs', async (edge, alarm, bodies) => {
    const bySecret = edge === 'secret' && { UPSTREAM_SECRET_ID: 's', UPSTREAM_SECRETS_FILE: '' };
    const settings = { ...faultOf(edge, fault), ...bySecret };
    const points = await room.invoke('control-jobs', await receive(bodies()), settings);
    expect(room.ringing(seldom(points))).toContain(alarm);
    const over = [...seldom(points), ...steady([])];
    expect(room.ringing(over)).toEqual([]);
  });
});

describe('what waits is told of', () => {
  test('one project of many is in an outage: its circuit breaker, though the function ends well', async () => {
    const down = () => wish({ project_id: DOWN, jobs: ['7'] });
    await room.invoke('control-jobs', await receive([down()]), {}, -20 * MINUTE);
    const batch = await receive([down(), wish(), wish()], 9);
    const points = await room.invoke('control-jobs', batch);
    expect(points.filter(({ name }) => name === 'Errors')).toEqual([]);
    expect(room.ringing(seldom(points))).toEqual(['BreakerOpenAlarm']);
  });

  test('a message that was received forty times, which SQS leaves out of its age', async () => {
    const old = wish({ project_id: DOWN, jobs: ['8'], accepted_at: minutesAgo(61) });
    const points = await room.invoke('control-jobs', await receive([old, wish()], 40));
    expect(room.ringing(seldom(points))).toContain('OldestIntentAlarm');
  });

  test('a queue that is not read', () => {
    const waiting = ofQueue('IntentsQueue', 3);
    const none = ofQueue('IntentsQueue', 0, 'NumberOfMessagesReceived');
    expect(room.ringing(steady([waiting, none]))).toEqual(['QueueNotReadAlarm']);
    const read = ofQueue('IntentsQueue', 3, 'NumberOfMessagesReceived');
    expect(room.ringing(steady([waiting, read]))).toEqual([]);
  });

  test('calls that are nearly empty, beside a backlog', async () => {
    const points = await room.invoke('control-jobs', await receive([wish()]));
    expect(room.ringing(steady([...points, ofQueue('IntentsQueue', 1_000)]))).toEqual([]);
    expect(room.ringing(steady([...points, ofQueue('IntentsQueue', 1_001)]))).toEqual([
      'LowFillAlarm',
    ]);
  });
});

describe('what is lost or refused is told of', () => {
  test('dead letters and failed events', () => {
    expect(room.ringing([[ofQueue('IntentsDeadLetterQueue', 1)]])).toEqual(['DeadLettersAlarm']);
    expect(room.ringing([[ofQueue('FailedEventsQueue', 1)]])).toEqual(['FailedEventsAlarm']);
  });

  test('jobs that failed or expired, from one in a hundred on', () => {
    expect(room.ringing([[results('delivered', 99), results('failed', 1)]])).toEqual([]);
    for (const outcome of ['failed', 'expired'])
      expect(room.ringing([[results('delivered', 98), results(outcome, 1)]])).toEqual([
        'FailedResultsAlarm',
      ]);
  });

  test('jobs that the upstream refused: more than a quarter, and ten at least', () => {
    expect(room.ringing([[results('rejected', 9)]])).toEqual([]);
    expect(room.ringing([[results('rejected', 10), results('delivered', 30)]])).toEqual([]);
    expect(room.ringing([[results('rejected', 11), results('delivered', 30)]])).toEqual([
      'RejectedResultsAlarm',
    ]);
  });

  test('a function that API Gateway calls in vain: it ends with an error, or is throttled', () => {
    for (const name of ['Errors', 'Throttles']) {
      const failed = [ofApi('5xx'), ofLambda(room.functionId('accept-http'), name)];
      expect(room.ringing([failed, [], failed])).toContain('ApiErrorsAlarm');
      expect(room.ringing([failed, [], []])).not.toContain('ApiErrorsAlarm');
    }
  });

  test('reads that fail for our own fault', async () => {
    const points = await room.invoke('accept-http', read(STATUS), faultOf('secret', 'denied'));
    expect(points.map(({ name }) => name)).toContain('ReadsFailed');
    expect(room.ringing(steady(points))).toEqual(
      expect.arrayContaining(['ApiErrorsAlarm', 'CallersSecretAlarm']),
    );
  });

  test.each([
    ['GET', read(NOT_OFFERED)],
    ['POST', { ...request('a-key'), rawPath: NOT_OFFERED }],
  ])('a vendor call that we do not offer rings none: %s', async (_, event) => {
    const points = await room.invoke('accept-http', event);
    expect(room.ringing(steady([...points, ofApi('5xx')]))).toEqual([]);
  });

  test.each([
    ['accept-http', 'AcceptHttpErrorsAlarm', ['ApiErrorsAlarm']],
    ['accept-event', 'AcceptEventErrorsAlarm', []],
    ['control-jobs', 'ControlErrorsAlarm', []],
  ] as const)('%s that fails time and again, or is throttled', (name, alarm, api) => {
    const failed = [ofLambda(room.functionId(name), 'Errors')];
    expect(room.ringing([failed, [], failed, [], failed])).toEqual([...api, alarm]);
    expect(room.ringing([failed, failed, [], [], []])).toEqual([]);
    const throttled = [ofLambda(room.functionId(name), 'Throttles')];
    expect(room.ringing(steady(throttled))).toEqual([...api, 'ThrottlesAlarm']);
  });
});

describe('each alarm', () => {
  test('stands on a metric that a function writes, by the dimensions that it writes', () => {
    for (const { id, metrics } of room.alarms)
      for (const { Namespace, MetricName, Dimensions } of Object.values(metrics)) {
        if (Namespace.startsWith('AWS/')) continue;
        const row: MetricRow | undefined = Object.entries(METRICS).find(
          ([name]) => name === MetricName,
        )?.[1];
        const { service, ...rest } = Dimensions;
        expect(row?.from, id).toContain(service);
        expect(
          row?.by.map((names) => names.toSorted()),
          id,
        ).toContainEqual(Object.keys(rest).toSorted());
        expect(Namespace).toBe('job-fanin-dev');
      }
  });

  test('has its own name, and links its section of the runbook', () => {
    for (const { id, name, description } of room.alarms) {
      const short = id.replace(/Alarm$/, '');
      expect(name).toBe(`job-fanin-dev-${short}`);
      expect(description).toMatch(
        new RegExp(`^[A-Za-z].*\\. docs/runbook\\.md#${short.toLowerCase()}$`),
      );
    }
  });
});
