import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { alertsOf } from '../support/hook-payloads.ts';
import { beginHooks, HOOK_CALLERS, PROOFS, type Sender } from '../support/hook-room.ts';
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

const DELIVERIES: readonly (readonly [Sender, unknown])[] = [
  ['alertmanager', alertsOf(['firing', '131'])],
  ['grafana', alertsOf(['firing', '131'])],
  ['github', failure(131)],
  ['shop', { type: 'job.wanted', data: wish() }],
];

describe('a delivery becomes intents by the mapping of its caller', () => {
  it.each(DELIVERIES)('%s', async (sender, payload) => {
    const { post, sent } = beginHooks();
    const answer = await post(sender, payload);
    expect(answer.status).toBe(202);
    expect(sent).toMatchObject([{ ...wish(), caller: sender }]);
    expect(answer.body).toMatchObject({
      intents: [{ intent_id: sent[0]?.intent_id, operation: 'dli.stop', job_count: 1 }],
    });
    expect(answer.headers['x-intent-id']).toBe(sent[0]?.intent_id);
  });

  it('one for each item, the later ones newer', async () => {
    const { post, sent } = beginHooks();
    const payload = alertsOf(['firing', '1'], ['resolved', '2'], ['firing', '3']);
    const { body } = await post('alertmanager', payload);
    expect(sent.map(({ jobs }) => jobs)).toEqual([['1'], ['3']]);
    const ids = sent.map(({ intent_id }) => intent_id);
    expect(body.intents.map(({ intent_id }: { intent_id: string }) => intent_id)).toEqual(ids);
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(2);
  });

  it('ids stay exact (P9)', async () => {
    const { post, sent } = beginHooks();
    const body = JSON.stringify(failure(131)).replace('131]', '9223372036854775807]');
    expect((await post('github', body)).status).toBe(202);
    expect(sent).toMatchObject([{ jobs: ['9223372036854775807'], correlation_id: '2868131234' }]);
  });

  it.each([
    ['github', { ...failure(1), deployment_status: { state: 'success' } }, {}],
    ['github', { zen: 'Keep it logically awesome.', hook_id: 1 }, { 'x-github-event': 'ping' }],
    ['alertmanager', alertsOf(['resolved', '131']), {}],
    ['alertmanager', alertsOf(), {}],
  ] as const)(
    '%s: 204 and nothing queued, if there is nothing to do: %#',
    async (sender, payload, headers) => {
      const { post, sent } = beginHooks();
      const answer = await post(sender, payload, headers);
      expect(answer).toMatchObject({ status: 204, text: '' });
      expect(sent).toEqual([]);
    },
  );

  it('a ping of GitHub needs no condition that leaves it out', async () => {
    const callers = HOOK_CALLERS.map((one) => ({ ...one, hook: { intent: { body: '/data' } } }));
    const { post } = beginHooks({ callers });
    const ping = { 'x-github-event': 'ping' };
    expect((await post('github', { zen: 'z' }, ping)).status).toBe(204);
    expect((await post('shop', { zen: 'z' }, ping)).status).toBe(422);
  });
});

describe('a delivery that cannot become intents is refused, and nothing is queued', () => {
  it('422 names every pointer that finds nothing', async () => {
    const { post, sent } = beginHooks();
    const payload = alertsOf(['firing', '1'], ['firing', '2']);
    const alerts = payload.alerts.map((alert) => ({ ...alert, labels: {} }));
    const answer = await post('alertmanager', { ...payload, alerts });
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({
      type: 'urn:job-fanin:problem:payload-not-mapped',
      errors: [
        { pointer: '#/alerts/0/labels/job_id', detail: 'has no value' },
        { pointer: '#/alerts/1/labels/job_id', detail: 'has no value' },
      ],
    });
    expect(sent).toEqual([]);
  });

  it('422 names the place of a value that cannot be in an intent, and good items wait too', async () => {
    const { post, sent } = beginHooks();
    const { status, body } = await post('alertmanager', alertsOf(['firing', '1'], ['firing', 'x']));
    expect(status).toBe(422);
    expect(body.errors).toEqual([
      { pointer: '#/alerts/1/labels/job_id', detail: expect.stringMatching(/DLI job id/) },
    ]);
    expect(sent).toEqual([]);
  });

  it('400 for a body that is no JSON', async () => {
    const { post } = beginHooks();
    const { status, body } = await post('shop', '{');
    expect([status, body.errors[0].pointer]).toEqual([400, '#']);
    expect(body.errors[0].detail).toMatch(/not valid JSON/);
  });

  it('403 if one of its intents is not granted; the log says which grant is missing', async () => {
    const grants = [{ projects: [PROJECT], operations: ['dli.stop'], jobs: ['1'] }];
    const callers = HOOK_CALLERS.map((caller) => ({ ...caller, grants }));
    const { post, sent, lines } = beginHooks({ callers });
    const { status, text } = await post('alertmanager', alertsOf(['firing', '1'], ['firing', '2']));
    expect(status).toBe(403);
    expect(text).not.toMatch(/dli\.stop|alertmanager/);
    expect(lines).toMatchObject([
      {
        event: 'refused',
        fields: { check: expect.stringMatching(/caller alertmanager: no grant/) },
      },
    ]);
    expect(sent).toEqual([]);
  });
});

describe('a hook takes the proofs of its own caller alone', () => {
  const body = JSON.stringify(alertsOf(['firing', '131']));

  it.each([
    ['/v1/hooks/github', PROOFS.alertmanager()],
    ['/v1/hooks/alertmanager', PROOFS.github(body)],
    ['/v1/hooks/alertmanager', PROOFS.grafana()],
    ['/v1/hooks/none', PROOFS.alertmanager()],
    ['/v1/hooks/alertmanager', {}],
    ['/v1/hooks/github', PROOFS.github(`${body} `)],
    ['/v1/hooks/shop', { ...PROOFS.shop(body), 'webhook-id': 'msg_2' }],
  ])('%s %j: 401, the same for all', async (path, headers) => {
    const { ask, sent, lines } = beginHooks();
    const [answer, other] = [await ask(path, body, headers), await ask('/v1/hooks/x', body, {})];
    expect(answer.status).toBe(401);
    const { instance: _, ...said } = answer.body;
    const { instance: __, ...saidOfOther } = other.body;
    expect(said).toEqual(saidOfOther);
    expect(lines[0]).toMatchObject({ event: 'refused', fields: { check: expect.any(String) } });
    expect(sent).toEqual([]);
  });
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

describe('a small delivery stays small', () => {
  const items = (length: number, item: object = {}) => Array.from({ length }, () => item);
  const callersWith = (intent: object) => [
    { ...HOOK_CALLERS[0], hook: { each: '/items', intent: { ...wish(), ...intent } } },
  ];
  const ids = (length: number) => Array.from({ length }, (_, i) => String(i + 1));
  /** What Lambda sends of a function's answer. */
  const LAMBDA_BYTES = 6 * 1024 * 1024;

  it('all its intents have at most 10,000 jobs, told once at their place', async () => {
    const { post, sent } = beginHooks({ callers: callersWith({ jobs: { body: '/jobs' } }) });
    const deliver = (jobs: number, count: number) =>
      post('alertmanager', { jobs: ids(jobs), items: items(count) });
    const { status, body } = await deliver(1_000, 11);
    expect([status, body.type]).toEqual([422, 'urn:job-fanin:problem:payload-not-mapped']);
    expect(body.errors).toEqual([
      { pointer: '#/jobs', detail: expect.stringMatching(/more than 10000: send fewer/) },
    ]);
    expect(sent).toEqual([]);
    expect((await deliver(1_000, 10)).status).toBe(202);
    expect(sent.flatMap(({ jobs }) => jobs)).toHaveLength(10_000);
  });

  it('the jobs are counted before one is read', async () => {
    const { post } = beginHooks({ callers: callersWith({ jobs: { body: '/jobs' } }) });
    const payload = { jobs: Array(9_999).fill('x'), items: items(500) };
    const { body } = await post('alertmanager', payload);
    expect(body.errors).toEqual([
      { pointer: '#/jobs', detail: expect.stringMatching(/more than/) },
    ]);
  });

  it.each([
    ['of wrong jobs', { jobs: { item: '/ids' } }, items(10, { ids: Array(999).fill('x') })],
    ['of missing values', { jobs: [...'abcd'].map((name) => ({ item: `/${name}` })) }, items(500)],
    ['of long names', { options: { item: '/o' } }, items(9, { o: { ['é'.repeat(9_999)]: 1 } })],
    [
      'of many names',
      { options: { body: '/o' } },
      items(500),
      Object.fromEntries(ids(40_000).map((id) => [id, 1])),
    ],
  ])('its answer is small, whatever its faults: %s', async (_, intent, all, o = {}) => {
    const { post } = beginHooks({ callers: callersWith(intent) });
    const answer = await post('alertmanager', { items: all, o });
    expect(answer.status).toBe(422);
    expect(answer.body.errors.length).toBeLessThanOrEqual(251);
    expect(Buffer.byteLength(JSON.stringify(answer.text))).toBeLessThan(LAMBDA_BYTES / 10);
  });

  it('it says how many faults are left out', async () => {
    const { post } = beginHooks({ callers: callersWith({ jobs: { item: '/ids' } }) });
    const { body } = await post('alertmanager', { items: items(1, { ids: Array(252).fill('x') }) });
    expect(body.errors).toHaveLength(251);
    expect(body.errors[250]).toEqual({
      pointer: '#',
      detail: expect.stringMatching(/^has at least \d more fault/),
    });
  });
});

describe('numbers in a payload count by their value', () => {
  const hook = {
    when: [{ body: '/level', is: 100 }],
    intent: { ...wish(), jobs: [{ body: '/job' }] },
    key: [{ body: '/at' }],
  };
  const callers = [{ ...HOOK_CALLERS[0], hook }];
  const begin = () => {
    const { post, sent } = beginHooks({ callers });
    const deliver = (at: string, level = '100') =>
      post('alertmanager', `{"job":"131","at":${at},"level":${level}}`);
    return { deliver, sent };
  };

  it('different keys are different wishes, and equal ones are one', async () => {
    const { deliver, sent } = begin();
    for (const at of ['1732800000.25', '1732803600.75', '1e3', '1.7328e9', '1.732800001e9'])
      expect((await deliver(at)).status).toBe(202);
    expect(sent).toHaveLength(5);
    for (const at of ['1000', '10.0e2', '1732800000', '1732800000.250'])
      expect((await deliver(at)).status).toBe(202);
    expect(sent).toHaveLength(5);
  });

  it('a condition compares values', async () => {
    const { deliver } = begin();
    for (const level of ['1e2', '100.0', '1000e-1'])
      expect((await deliver('1', level)).status).toBe(202);
    for (const level of ['1e3', '100.00000000000000001', '"100"'])
      expect((await deliver('1', level)).status).toBe(204);
  });

  it('a key that cannot be exact is refused at its place', async () => {
    const { deliver, sent } = begin();
    for (const at of ['0.1234567890123456789', '{"a":[12345678.999999999999]}']) {
      const { status, body } = await deliver(at);
      expect(status).toBe(422);
      expect(body.errors).toEqual([
        { pointer: '#/at', detail: expect.stringMatching(/cannot be read exactly/) },
      ]);
    }
    expect(sent).toEqual([]);
  });

  it('so is a key that is too long', async () => {
    const { deliver } = begin();
    const { body } = await deliver(`"${'x'.repeat(4_096)}"`);
    expect(body.errors).toEqual([
      { pointer: '#/at', detail: expect.stringMatching(/longer than/) },
    ]);
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
