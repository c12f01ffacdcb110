import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { alertsOf } from '../support/hook-payloads.ts';
import { beginHooks, HOOK_CALLERS, PROOFS } from '../support/hook-room.ts';
import { idAt, NOW, PROJECT } from '../support/messages.ts';

const wish = (job: unknown = '131') => ({
  operation: 'dli.stop',
  project_id: PROJECT,
  jobs: [job],
});

const failure = (...job_ids: readonly unknown[]) => ({
  deployment: { payload: { job_ids } },
  deployment_status: { id: 2868131234, state: 'failure' },
});

describe('a repeated delivery is the same intents', () => {
  const jobs = (sent: readonly { jobs: readonly unknown[] }[]) => sent.flatMap((one) => one.jobs);

  it('by webhook-id, also if it is signed anew', async () => {
    const { ask, sent } = beginHooks();
    const body = JSON.stringify({ data: wish() });
    const first = await ask('/v1/hooks/shop', body, PROOFS.shop(body));
    const again = await ask('/v1/hooks/shop', body, PROOFS.shop(body));
    expect(again.body).toEqual(first.body);
    expect(again.headers['x-intent-id']).toBe(first.headers['x-intent-id']);
    expect(jobs(sent)).toEqual(['131']);
    const other = await ask('/v1/hooks/shop', body, PROOFS.shop(body, 'msg_2'));
    expect(other.body).not.toEqual(first.body);
    expect(jobs(sent)).toEqual(['131', '131']);
    // By this key the control loop knows a repeat.
    const [one, two] = sent.map(({ key }) => key);
    expect(one).not.toBe(two);
  });

  it('GitHub’s by the signed body, since its delivery id is not signed', async () => {
    const { post, sent } = beginHooks();
    const first = await post('github', failure(131), { 'x-github-delivery': 'a' });
    const again = await post('github', failure(131), { 'x-github-delivery': 'b' });
    expect(again.body).toEqual(first.body);
    await post('github', failure(132), { 'x-github-delivery': 'b' });
    expect(jobs(sent)).toEqual(['131', '132']);
  });

  it('that of a token by the mapping’s key, whatever else is in the payload', async () => {
    const { post, sent } = beginHooks();
    const first = await post('alertmanager', alertsOf(['firing', '131']));
    const more = await post('alertmanager', alertsOf(['firing', '131'], ['firing', '132']));
    expect(more.body.intents[0]).toEqual(first.body.intents[0]);
    expect(jobs(sent)).toEqual(['131', '132']);
  });

  it('of a token alone, an equal body is a new wish', async () => {
    const { post, sent } = beginHooks();
    for (let i = 0; i < 2; i++) await post('grafana', alertsOf(['firing', '131']));
    expect(jobs(sent)).toEqual(['131', '131']);
    expect(new Set(sent.map(({ intent_id }) => intent_id)).size).toBe(2);
  });

  it('with or without a header that is not signed', async () => {
    const { post, sent } = beginHooks();
    const bodies = [];
    for (const key of [{}, { 'idempotency-key': 'a' }, { 'idempotency-key': 'b' }, {}])
      bodies.push((await post('shop', { data: wish() }, key)).body);
    expect(bodies).toEqual(Array(4).fill(bodies[0]));
    const other = { 'idempotency-key': 'c' };
    const first = await post('github', failure(131), other);
    expect((await post('github', failure(131))).body).toEqual(first.body);
    expect((await post('github', failure(132), other)).status).toBe(422);
    expect(jobs(sent)).toEqual(['131', '131']);
  });

  it('after its deadline too, as it was accepted; a new one is refused', async () => {
    const { post, sent, pass } = beginHooks();
    const soon = new Date(Date.parse(NOW) + 120_000).toISOString();
    const payload = { data: { ...wish(), expires_at: soon } };
    const first = await post('shop', payload);
    pass(180_000);
    const again = await post('shop', payload);
    expect([again.status, again.body]).toEqual([202, first.body]);
    const late = await post('shop', { data: { ...payload.data, jobs: ['132'] } });
    expect([late.status, late.body.errors]).toEqual([
      422,
      [{ pointer: '#/data/expires_at', detail: 'is in the past' }],
    ]);
    expect(jobs(sent)).toEqual(['131']);
  });

  it('if one intent of a delivery is overdue, no other is queued', async () => {
    const hook = { each: '/all', intent: { item: '' }, key: [{ item: '/jobs/0' }] };
    const callers = [{ ...HOOK_CALLERS[0], hook }];
    const { post, sent, pass } = beginHooks({ callers });
    const soon = new Date(Date.parse(NOW) + 120_000).toISOString();
    const overdue = { ...wish('1'), expires_at: soon };
    expect((await post('alertmanager', { all: [overdue] })).status).toBe(202);
    pass(180_000);
    const { status, body } = await post('alertmanager', { all: [overdue, wish('2')] });
    expect([status, body.errors[0].pointer]).toEqual([422, '#/all/0/expires_at']);
    expect(jobs(sent)).toEqual(['1']);
  });

  it('by the sender’s own Idempotency-Key; another body under it is refused', async () => {
    const { post, sent } = beginHooks();
    const key = { 'idempotency-key': '"night-7"' };
    const first = await post('grafana', alertsOf(['firing', '131'], ['firing', '132']), key);
    const again = await post('grafana', alertsOf(['firing', '131'], ['firing', '132']), key);
    expect(again.body).toEqual(first.body);
    const others = [
      alertsOf(['firing', '133']),
      { ...alertsOf(['firing', '131'], ['firing', '132']), truncatedAlerts: 1 },
    ];
    for (const other of others) expect((await post('grafana', other, key)).status).toBe(422);
    const empty = await post('grafana', alertsOf(), { 'idempotency-key': '""' });
    expect([empty.status, empty.body.errors[0].pointer]).toEqual([400, 'header Idempotency-Key']);
    expect(jobs(sent)).toEqual(['131', '132']);
  });

  it('while the ledger is down, by the key that the control loop knows', async () => {
    const ledger: Ledger = { read: async () => undefined, write: async () => 'unknown' };
    const { post, sent } = beginHooks({ ledger });
    for (let i = 0; i < 2; i++)
      expect((await post('alertmanager', alertsOf(['firing', '1'], ['firing', '2']))).status).toBe(
        202,
      );
    const keys = sent.map(({ key }) => key);
    expect(keys.slice(2)).toEqual(keys.slice(0, 2));
    expect(new Set(keys).size).toBe(2);
  });
});

describe('if the queue does not take all intents', () => {
  it('503 lists what it took, and a repeat is the same intents', async () => {
    const { post, sent } = beginHooks({ takes: (message) => message !== 1 });
    const payload = alertsOf(['firing', '1'], ['firing', '2'], ['firing', '3']);
    const answer = await post('alertmanager', payload);
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toMatch(/^\d+$/);
    expect(answer.body).toMatchObject({ queued: ['1', '3'], not_queued: ['2'] });
    expect(answer.body.detail).toMatch(/took 2 jobs and refused 1\. Send the delivery again/);
    expect(answer.headers['x-intent-id']).toBe(sent[0]?.intent_id);
    const again = await post('alertmanager', payload);
    expect(again.status).toBe(202);
    expect(sent.map(({ jobs }) => jobs[0])).toEqual(['1', '3', '2']);
    expect(again.body.intents.map(({ intent_id }: { intent_id: string }) => intent_id)).toEqual(
      [1, 2, 3].map(idAt),
    );
  });
});
