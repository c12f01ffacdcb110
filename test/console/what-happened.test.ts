import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRecord } from '../../local/console/record.ts';
import { recordOf } from '../support/sqs.ts';
import { type TestStack, until } from '../support/stack.ts';
import { beginConsole, frameThat, PROJECT, read, wish } from './console-room.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await beginConsole();
});
afterAll(() => stack.stop());

const query = (path: string, values: Record<string, string>) =>
  read(stack.url, `/local/console/${path}?${new URLSearchParams(values)}`);

const jobOf = async (job: string) =>
  (await query('job', { service: 'dli', project: PROJECT, job })).body;

describe('the console tells what happened, from what the stack sees of itself', () => {
  it('a job: its wish, its call, its result, what the ledger knows, and what the upstream did', async () => {
    await wish(stack, ['9223372036854775807']);
    await stack.idle();
    const told = await jobOf('9223372036854775807');
    expect(told).toMatchObject({
      intents: [{ way: 'native route', operation: 'dli.run', state: { outcome: 'delivered' } }],
      calls: [{ kind: 'call', jobs: 1, limit: 100, status: 200 }],
      events: [{ detail: { job_id: '9223372036854775807', outcome: 'delivered' } }],
      upstream: { effects: [{ effect: 'run' }] },
    });
    expect(JSON.stringify(told.why)).toContain('the upstream took the request');
  });

  it('a call: request and reply as they went over the wire, with the proof blanked', async () => {
    await wish(stack, ['501', '502']);
    await stack.idle();
    const { calls } = await jobOf('501');
    const id = String(Object(Array.isArray(calls) ? calls[0] : {}).call);
    const { body } = await query('call', { id });
    expect(body.call).toMatchObject({
      job_ids: ['501', '502'],
      wire: {
        request: { method: 'POST', headers: { authorization: '•••' } },
        reply: { status: 200 },
      },
    });
    expect(JSON.stringify(body.call)).not.toMatch(/Signature=|SDK-HMAC/);
  });

  it('each call has the verdicts that rest on it, and not those of a later one for the same job', async () => {
    const of = async (job: string) => {
      const { calls } = await jobOf(job);
      const ids = (Array.isArray(calls) ? calls : []).map((one) => String(Object(one).call));
      return Promise.all(ids.map(async (id) => (await query('call', { id })).body.verdicts));
    };
    await wish(stack, ['521']);
    await stack.idle();
    await wish(stack, ['521'], 'dli.stop');
    await stack.idle();
    const delivered = { job_id: '521', outcome: 'delivered', evidence: 'positional' };
    expect(await of('521')).toEqual([[delivered], [delivered]]);

    stack.upstream.behave({ '*': { next: ['reset'] } });
    await wish(stack, ['522']);
    await stack.idle();
    const [call, look] = await of('522');
    expect(call).toEqual([{ job_id: '522', next: { kind: 'look', call: expect.any(String) } }]);
    expect(look).toEqual([{ ...delivered, job_id: '522', evidence: 'observed' }]);

    stack.upstream.behave({ '*': { badIds: ['524'], refuseWhole: true } });
    await wish(stack, ['523', '524']);
    await stack.idle();
    stack.upstream.reset();
    const [whole, alone] = await of('524');
    expect(whole).toEqual(
      ['523', '524'].map((job_id) => ({ job_id, next: expect.objectContaining({ kind: 'call' }) })),
    );
    expect(alone).toEqual([expect.objectContaining({ job_id: '524', outcome: 'rejected' })]);
  });

  it('an intent, with the verdict of each job; and 404 for one that it does not know', async () => {
    const { intentId } = await wish(stack, ['601', { job_id: '602' }]);
    await stack.idle();
    const { body } = await query('intent', { id: intentId });
    expect(body.intent).toMatchObject({
      settled: 2,
      job_count: 2,
      message: { caller: 'dev-bearer' },
      jobs: [
        { job_id: '601', outcome: 'delivered' },
        { job_id: '602', outcome: 'delivered' },
      ],
    });
    expect((await query('intent', { id: 'none' })).status).toBe(404);
  });

  it('wishes of many callers and how few calls they became', async () => {
    const jobs = Array.from({ length: 150 }, (_, i) => String(70_000 + i));
    const before = await frameThat(stack.url, () => true);
    const played = await stack.post(
      '/local/console/callers',
      JSON.stringify({ project_id: PROJECT, jobs }),
    );
    expect(JSON.parse(played.text)).toEqual({ ok: true, taken: 150, refused: 0 });
    await stack.idle();
    const { data } = await until(() =>
      frameThat(stack.url, ({ data: { figures } }) => Object(figures).jobs >= 150),
    );
    const figures = Object(data.figures);
    const was = Object(before.data.figures);
    expect(figures.intents - was.intents).toBe(150);
    expect(figures.calls - was.calls).toBe(figures.fewest - was.fewest);
    expect(figures.calls - was.calls).toBeLessThan(10);
    expect(Object.keys(figures.ways).toSorted()).toEqual([
      'invocation',
      'native route',
      'vendor route',
    ]);
  });
});

describe('the way in of a wish', () => {
  it('is told also if its message is taken before its request is answered', () => {
    const record = makeRecord({ now: Date.now, maxJobsPerCall: () => 100 });
    const at = new Date().toISOString();
    const intent = {
      v: 1,
      intent_id: '019c13d8-9c00-7000-8000-000000000001',
      operation: 'dli.run',
      project_id: PROJECT,
      options: {},
      jobs: ['1'],
      caller: 'http',
      accepted_at: at,
    };
    record.batch([recordOf(JSON.stringify(intent))]);
    expect(record.batches.changedSince(0)[0]?.ways).toEqual({ queue: 1 });
    const { intent_id, operation, project_id } = intent;
    const arrival = { intent_id, operation, project_id, job_count: 1, at: Date.now() };
    record.came({ kind: 'accepted', arrivals: [{ way: 'native route', ...arrival }] });
    expect(record.batches.changedSince(0)[0]?.ways).toEqual({ 'native route': 1 });
  });
});

describe('the stream can be resumed from any of its ids', () => {
  it('and then holds what came since, and nothing from before', async () => {
    const first = await frameThat(stack.url, () => true);
    await wish(stack, ['801']);
    await stack.idle();
    const next = await frameThat(stack.url, ({ id }) => id > first.id, {
      'last-event-id': first.lastId,
    });
    const entries = next.data.entries;
    expect(Array.isArray(entries) && entries.length > 0).toBe(true);
    for (const entry of Array.isArray(entries) ? entries : [])
      expect(Object(entry).id).toBeGreaterThan(first.id);
  });

  it('an id of another run begins anew', async () => {
    for (const lastId of ['0123abcd-1', '999999999', 'x'])
      expect(
        (await frameThat(stack.url, () => true, { 'last-event-id': lastId })).data.batches,
      ).not.toEqual([]);
  });
});

describe('what waits is told with its reason', () => {
  it('a cool-down, and when it ends', async () => {
    stack.upstream.behave({ '*': { faults: { throttle: 1 }, retryAfterSeconds: 3 } });
    await wish(stack, ['901', '902']);
    const { data } = await frameThat(
      stack.url,
      ({ data: { waiting } }) =>
        Array.isArray(waiting) && waiting.some(({ why }) => String(why).startsWith('cool-down')),
    );
    stack.upstream.reset();
    expect(data.waiting).toEqual([
      expect.objectContaining({ count: 2, operation: 'dli.run', until: expect.any(Number) }),
    ]);
    await stack.idle();
  });
});

describe('a run that waits for its stop', () => {
  it('is told to wait for it', async () => {
    await wish(stack, ['951']);
    await stack.idle();
    await wish(stack, ['951'], 'dli.stop');
    await wish(stack, ['951']);
    const { data } = await frameThat(
      stack.url,
      ({ data: { waiting } }) =>
        Array.isArray(waiting) && waiting.some(({ why }) => String(why).startsWith('stop')),
    );
    expect(data.waiting).toEqual([
      expect.objectContaining({ why: expect.stringMatching(/^stop before run/), job_id: '951' }),
    ]);
    await stack.idle();
  });
});
