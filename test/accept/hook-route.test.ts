import { describe, expect, it } from 'vitest';
import { alertsOf } from '../support/hook-payloads.ts';
import { beginHooks, HOOK_CALLERS, PROOFS, type Sender } from '../support/hook-room.ts';
import { PROJECT } from '../support/messages.ts';

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
    expect(answer.headers.location).toContain(sent[0]?.intent_id);
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
