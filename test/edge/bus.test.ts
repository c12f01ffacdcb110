import {
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
  type PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { makePublish } from '../../shared/edge/bus.ts';
import { type Result, resultOf, timingOf } from '../../shared/intent/result.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { keptLog } from '../support/logs.ts';
import { intentOf } from '../support/messages.ts';

const eventBridge = mockClient(EventBridgeClient);

afterEach(() => {
  eventBridge.reset();
});
afterAll(() => eventBridge.restore());

const results = (count: number, message = ''): readonly Result[] => {
  const intent = intentOf({ jobs: Array.from({ length: count }, (_, i) => String(i)) });
  const verdict = { outcome: 'rejected', error: { code: 'C', message } } as const;
  return intent.jobs.map((job) => resultOf(intent, jobIdOf(job), verdict, timingOf(0, 1)));
};

type Fate = 'taken' | 'again' | 'silent';

const begin = (
  fateOf: (job: string, times: number) => Fate = () => 'taken',
  maxBytes = 256 * 1024,
  perEvent = 1,
) => {
  const seen = new Map<string, number>();
  const answer = ({ Detail = '' }: PutEventsRequestEntry): PutEventsResultEntry[] => {
    const { job_id } = JSON.parse(Detail);
    seen.set(job_id, (seen.get(job_id) ?? 0) + 1);
    const fate = fateOf(job_id, seen.get(job_id) ?? 0);
    if (fate === 'silent') return [];
    return [
      fate === 'taken'
        ? { EventId: `event ${job_id}` }
        : { ErrorCode: 'InternalFailure', ErrorMessage: 'w' },
    ];
  };
  eventBridge
    .on(PutEventsCommand)
    .callsFake(({ Entries }) => ({ Entries: Entries.flatMap(answer) }));
  const { log, lines } = keptLog();
  const publish = makePublish(
    { eventBridge: new EventBridgeClient({}), log },
    { busName: 'results', maxBytes, perEvent },
  );
  return { publish, lines };
};

const puts = () =>
  eventBridge.commandCalls(PutEventsCommand).map(({ args: [{ input }] }) => input.Entries ?? []);
const jobsPut = () =>
  puts().map((entries) => entries.map(({ Detail = '' }) => JSON.parse(Detail).job_id));

describe('results go to the bus in batches', () => {
  it('of at most ten, in order, unchanged', async () => {
    const { publish } = begin();
    const all = results(23);
    expect(await publish(all)).toEqual(Array(23).fill(true));
    expect(puts().map((entries) => entries.length)).toEqual([10, 10, 3]);
    expect(puts().flat()).toEqual(
      all.map((result) => ({
        EventBusName: 'results',
        Source: 'job-fanin',
        DetailType: 'Job Control Result',
        Detail: JSON.stringify(result),
      })),
    );
  });

  it('within the size limit, counted in bytes of UTF-8', async () => {
    const { publish } = begin(undefined, 8_000);
    await publish(results(9, '€'.repeat(900)));
    expect(puts().map((entries) => entries.length)).toEqual([2, 2, 2, 2, 1]);
  });

  it('no results, no request', async () => {
    const { publish } = begin();
    expect(await publish([])).toEqual([]);
    expect(puts()).toEqual([]);
  });

  it('with bounded concurrency', async () => {
    const { publish } = begin();
    let [open, most] = [0, 0];
    eventBridge.on(PutEventsCommand).callsFake(async ({ Entries }) => {
      open++;
      most = Math.max(most, open);
      await new Promise((done) => setImmediate(done));
      open--;
      return { Entries: Entries.map(() => ({ EventId: 'e' })) };
    });
    expect(await publish(results(300))).toEqual(Array(300).fill(true));
    expect(most).toBe(8);
  });
});

describe('with several results per event', () => {
  const ofCalls = (...sizes: readonly number[]): readonly Result[] =>
    results(sizes.reduce((sum, size) => sum + size, 0)).map((result, i) => {
      const call = sizes.findIndex((_, n) => i < sizes.slice(0, n + 1).reduce((a, b) => a + b, 0));
      return { ...result, call: { id: `call ${call}`, size: sizes[call] ?? 0, attempts: 1 } };
    });
  const packed = () =>
    puts()
      .flat()
      .map(({ Detail = '' }) => JSON.parse(Detail).results as readonly Result[]);

  it('an event holds the results of one call, unchanged, under a type of its own', async () => {
    const { publish } = begin(undefined, undefined, 100);
    const all = ofCalls(150, 3);
    expect(await publish(all)).toEqual(Array(153).fill(true));
    expect(packed().map(({ length }) => length)).toEqual([100, 50, 3]);
    expect(packed().flat()).toEqual(JSON.parse(JSON.stringify(all)));
    expect(puts()).toHaveLength(1);
    const types = puts()
      .flat()
      .map(({ DetailType }) => DetailType);
    expect(new Set(types)).toEqual(new Set(['Job Control Results']));
  });

  it('and a list too if it is one result alone', async () => {
    const { publish } = begin(undefined, undefined, 100);
    await publish(ofCalls(1));
    expect(packed().map(({ length }) => length)).toEqual([1]);
  });

  it('cut by size, in bytes of UTF-8', async () => {
    const { publish } = begin(undefined, 8_000, 100);
    const large = results(9, '€'.repeat(900));
    expect(await publish(large)).toEqual(Array(9).fill(true));
    expect(packed().map(({ length }) => length)).toEqual([2, 2, 2, 2, 1]);
    for (const { Detail = '' } of puts().flat())
      expect(Buffer.byteLength(Detail)).toBeLessThan(8_000);
  });

  it('an event that the bus does not take leaves its results unpublished, and no other', async () => {
    const { publish } = begin(undefined, undefined, 2);
    eventBridge.on(PutEventsCommand).callsFake(({ Entries }) => ({
      Entries: Entries.map(({ Detail }: PutEventsRequestEntry) =>
        JSON.parse(Detail ?? '').results[0].job_id === '2'
          ? { ErrorCode: 'InternalFailure' }
          : { EventId: 'e' },
      ),
    }));
    expect(await publish(ofCalls(5))).toEqual([true, true, false, false, true]);
  });
});

describe('only results that the bus has count as published (P1)', () => {
  it('only failed entries are retried', async () => {
    const { publish, lines } = begin((job, times) =>
      job === '1' && times < 3 ? 'again' : 'taken',
    );
    expect(await publish(results(3))).toEqual([true, true, true]);
    expect(jobsPut()).toEqual([['0', '1', '2'], ['1'], ['1']]);
    expect(lines[0]).toEqual({
      level: 'warn',
      event: 'not published',
      fields: { code: 'InternalFailure' },
    });
  });

  it('entries that keep failing are not published', async () => {
    const { publish } = begin((job) => (job === '1' ? 'again' : 'taken'));
    expect(await publish(results(3))).toEqual([true, false, true]);
    expect(jobsPut()).toEqual([['0', '1', '2'], ['1'], ['1'], ['1']]);
  });

  it('an entry missing in the reply is not published', async () => {
    const { publish } = begin((job, times) => (job === '2' && times === 1 ? 'silent' : 'taken'));
    expect(await publish(results(3))).toEqual([true, true, true]);
    expect(jobsPut()).toEqual([['0', '1', '2'], ['2']]);
  });

  it('a failed request affects no other, and the log quotes no result', async () => {
    const { publish, lines } = begin();
    eventBridge.on(PutEventsCommand).callsFake(({ Entries }) => {
      if (JSON.parse(Entries[0].Detail).job_id === '10') throw new Error('socket hang up');
      return { Entries: Entries.map(() => ({ EventId: 'e' })) };
    });
    expect(await publish(results(25))).toEqual(results(25).map((_, i) => i < 10 || i >= 20));
    expect(lines).toEqual([
      {
        level: 'warn',
        event: 'not published',
        fields: { events: 10, reason: 'unreachable', error: 'Error: socket hang up' },
      },
    ]);
  });
});

describe('a bus that fails every request', () => {
  it('is asked eight times for 2,000 results, not two hundred times', async () => {
    const { publish, lines } = begin();
    eventBridge.on(PutEventsCommand).rejects(new Error('timeout'));
    expect(new Set(await publish(results(2_000)))).toEqual(new Set([false]));
    expect([puts().length, lines.length]).toEqual([8, 8]);
  });

  it('is asked again for the next results', async () => {
    const { publish } = begin();
    eventBridge
      .on(PutEventsCommand)
      .rejectsOnce(new Error('timeout'))
      .resolves({
        Entries: Array.from({ length: 10 }, () => ({ EventId: 'taken' })),
      });
    expect(await publish(results(10))).toEqual(Array.from({ length: 10 }, () => false));
    expect(await publish(results(10))).toEqual(Array.from({ length: 10 }, () => true));
  });

  it('one request that it does not take keeps no other from it', async () => {
    const { publish } = begin();
    let requests = 0;
    eventBridge.on(PutEventsCommand).callsFake(({ Entries }) => {
      if (++requests % 2 === 0) throw new Error('too large');
      return { Entries: Entries.map(() => ({ EventId: 'taken' })) };
    });
    const taken = await publish(results(1_000));
    expect(taken.filter(Boolean)).toHaveLength(500);
  });
});
