import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newIntentId } from '../../shared/edge/intent-id.ts';
import { timeOf } from '../../shared/intent/intent.ts';
import { readNativeRequest } from '../../shared/intent/request.ts';
import type { Measure } from '../../shared/json/metric.ts';
import type { SpanStart } from '../../shared/json/span.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { startAcceptance } from '../support/acceptance.ts';
import { idAt, NOW, PROJECT } from '../support/messages.ts';

const now = () => new Date(NOW);
const asked = { operation: 'dli.run', project_id: PROJECT, jobs: [131, 130] } as const;

const requestOf = (body: unknown) => {
  const reading = readNativeRequest(body, now());
  if (!reading.ok) throw new Error(JSON.stringify(reading.faults));
  return reading.request;
};

describe('the span of an intent that goes to the queue', () => {
  const spanOf = async (takes: (message: number) => boolean) => {
    const starts: SpanStart[] = [];
    const ends: unknown[] = [];
    const { accept } = startAcceptance({
      takes,
      maxMessageBytes: 1,
      blockJobs: 1,
      startSpan: (describe) => {
        starts.push(describe());
        return { carry: (given) => given, end: (how) => ends.push(how) };
      },
    });
    await accept(requestOf(asked), { caller: 'http' });
    return { start: starts[0], ends };
  };
  const attributes = {
    'messaging.system.name': 'aws.sqs',
    'messaging.operation.type': 'send',
    'messaging.destination.name': 'intents',
    'job_fanin.intent.id': idAt(1),
    'job_fanin.operation': 'dli.run',
    'job_fanin.project.id': PROJECT,
    'job_fanin.jobs': 2,
  };

  it('says what the intent asks for, and no correlation that it does not have', async () => {
    const { start, ends } = await spanOf(() => true);
    expect(start).toMatchObject({ name: 'send intents', kind: 'producer' });
    expect(start?.attributes).toStrictEqual(attributes);
    expect(ends).toEqual([{ error: undefined }]);
  });

  it('has the error of a queue that refused a part', async () => {
    const { ends } = await spanOf((message) => message === 0);
    expect(ends).toEqual([{ error: 'not-queued' }]);
  });
});

describe('the queue’s answer is counted', () => {
  it('the jobs that it took, by their operation, and each message that it refused', async () => {
    const counted: unknown[] = [];
    const measure: Measure = (...count) => {
      counted.push(count);
    };
    const { accept } = startAcceptance({
      measure,
      takes: (message) => message !== 1,
      maxMessageBytes: 1,
      blockJobs: 2,
    });
    await accept(requestOf({ ...asked, jobs: [1, 2, 3, 4, 5] }), { caller: 'http' });
    expect(counted).toEqual([
      ['JobsAccepted', 2, { operation: 'dli.run' }],
      ['QueueFailures', 1],
      ['JobsAccepted', 1, { operation: 'dli.run' }],
    ]);
  });
});

describe('an intent that is answered as queued is on the queue, with every job (P1)', () => {
  it('it has an id, a time, a caller and a trace', async () => {
    const { accept, queued } = startAcceptance();
    const request = requestOf({
      ...asked,
      options: { resume_savepoint: false },
      correlation_id: 'c',
    });
    const accepted = await accept(request, { caller: 'http', traceparent: 't' });
    expect(accepted.kind).toBe('queued');
    expect(queued()).toEqual([
      { ...accepted.intent, first: 0, job_count: accepted.intent.jobs.length },
    ]);
    expect(accepted.intent).toEqual({
      v: 1,
      intent_id: idAt(1),
      ...request,
      caller: 'http',
      traceparent: 't',
      accepted_at: NOW,
      expires_at: '2026-01-31T18:00:00.000Z',
    });
  });

  it('its own deadline, if it names one, is kept', async () => {
    const { accept, queued } = startAcceptance();
    const expires_at = '2026-02-01T00:00:00.000Z';
    await accept(requestOf({ ...asked, expires_at }), { caller: 'http' });
    expect(queued()[0]?.expires_at).toBe(expires_at);
  });

  it('the given id is used', async () => {
    const { accept, queued } = startAcceptance();
    await accept(requestOf(asked), { caller: 'http' }, idAt(99));
    expect(queued().map(({ intent_id }) => intent_id)).toEqual([idAt(99)]);
  });

  it('its id is newer than the id that it follows, whatever id was given', async () => {
    const stop = newIntentId(undefined, Date.parse(NOW));
    const request = requestOf({ ...asked, after: stop });
    const { accept, queued } = startAcceptance();
    const older = await accept(request, { caller: 'http' }, idAt(99));
    expect(older.intent.after).toBe(stop);
    expect(older.intent.intent_id > stop).toBe(true);
    const newer = newIntentId(undefined, Date.parse(NOW) + 1);
    expect((await accept(request, { caller: 'http' }, newer)).intent.intent_id).toBe(newer);
    expect((await accept(request, { caller: 'http' }, stop)).intent.intent_id > stop).toBe(true);
    expect(queued().every(({ intent_id, after = '' }) => intent_id > after)).toBe(true);
  });

  it('a job listed twice is queued once', async () => {
    const { accept, queued } = startAcceptance();
    await accept(requestOf({ ...asked, jobs: [131, '130', { job_id: 131 }, 130] }), {
      caller: 'http',
    });
    expect(queued()[0]?.jobs).toEqual(['131', '130']);
  });

  it('whatever the queue takes: both lists are right, with each job once', async () => {
    const jobs = fc.uniqueArray(fc.nat().map(String), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        jobs,
        fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
        async (ids, taken) => {
          const { accept, queued } = startAcceptance({
            takes: (i) => taken[i] === true,
            maxMessageBytes: 360,
            blockJobs: 1,
          });
          const accepted = await accept(requestOf({ ...asked, jobs: ids }), { caller: 'http' });
          const parts = queued().map((part) => part.jobs.map(jobIdOf));
          expect(parts.flat()).toEqual(ids);
          expect(new Set(queued().map(({ intent_id }) => intent_id)).size).toBe(1);
          const lost = parts.filter((_, i) => !taken[i]).flat();
          if (lost.length === 0) expect(accepted.kind).toBe('queued');
          else
            expect(accepted).toMatchObject({
              kind: 'partly',
              queued: parts.filter((_, i) => taken[i]).flat(),
              not_queued: lost,
            });
        },
      ),
    );
  });

  it('a replayed event of this very second is no newer than its acceptance', async () => {
    const { accept, queued } = startAcceptance();
    await accept(requestOf(asked), { caller: 'rule:test' }, undefined, Date.parse(NOW));
    expect(queued().map(({ intent_id }) => timeOf(intent_id))).toEqual([Date.parse(NOW)]);
  });
});
