import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapPayload } from '../../shared/callers/map-payload.ts';
import type { Json } from '../../shared/json/json.ts';
import { oddJson } from '../support/arbitraries.ts';
import { ALERTS_MAPPING, alertsOf, hookOf, jsonOf } from '../support/hook-payloads.ts';
import { PROJECT } from '../support/messages.ts';

const map = (mapping: unknown, payload: unknown) =>
  mapPayload(hookOf(mapping), jsonOf(JSON.stringify(payload)));

const madeOf = (mapping: unknown, body: Json) => {
  const mapped = mapPayload(hookOf(mapping), body);
  if (!mapped.ok) throw new Error(JSON.stringify(mapped.faults));
  return mapped.made;
};

const STOP = { operation: 'dli.stop', project_id: PROJECT, jobs: [{ body: '/job' }] };

describe('a mapping turns a payload into intents', () => {
  it('one for each item that fulfils the conditions, with constants, and values of the body and the item', () => {
    const payload = alertsOf(['firing', '131'], ['resolved', '132'], ['firing', '133']);
    const made = madeOf(ALERTS_MAPPING, jsonOf(JSON.stringify(payload)));
    expect(made.map(({ body }) => body)).toEqual(
      [0, 2].map((i) => ({
        operation: 'dli.stop',
        project_id: PROJECT,
        jobs: [String(131 + i)],
        options: { trigger_savepoint: true },
        correlation_id: `c1d2e3f4a5b6c7d${i}`,
      })),
    );
    expect(made.map(({ key }) => key)).toEqual([
      '["c1d2e3f4a5b6c7d0","2026-01-31T11:58:00Z"]',
      '["c1d2e3f4a5b6c7d2","2026-01-31T11:58:00Z"]',
    ]);
  });

  it('ids come out exactly (P9), and as text where the field takes text alone', () => {
    const mapping = { intent: { ...STOP, correlation_id: { body: '/run' } } };
    const [made] = madeOf(mapping, jsonOf('{"job":9223372036854775807,"run":9223372036854775806}'));
    expect(made?.body).toEqual({
      operation: 'dli.stop',
      project_id: PROJECT,
      jobs: [9223372036854775807n],
      correlation_id: '9223372036854775806',
    });
  });

  it('a place may hold a whole list, or the whole intent', () => {
    const [list] = madeOf({ intent: { ...STOP, jobs: { body: '/ids' } } }, { ids: [1, 2] });
    expect(list?.body).toMatchObject({ jobs: [1, 2] });
    const intent = { operation: 'dli.run', project_id: PROJECT, jobs: ['5'] };
    const [whole] = madeOf({ intent: { body: '/data' } }, { type: 'deploy', data: intent });
    expect(whole?.body).toEqual(intent);
  });

  it('a value that looks like a place is only a value', () => {
    const [made] = madeOf({ intent: STOP }, { job: { body: '/job' } });
    expect(made?.body).toMatchObject({ jobs: [{ body: '/job' }] });
  });

  it.each([
    ['another value', { body: '/action', is: 'completed' }, { action: 'requested' }],
    ['none of the values', { body: '/action', is: ['completed', 'failed'] }, { action: 'x' }],
    ['no value, as in a ping of GitHub', { body: '/action', is: 'completed' }, { zen: 'Design.' }],
    ['a text for a number', { body: '/attempt', is: 1 }, { attempt: '1' }],
  ])('it makes nothing if a condition finds %s', (_, condition, payload) => {
    expect(map({ when: [condition], intent: STOP }, payload)).toEqual({ ok: true, made: [] });
  });

  it.each([
    [{ body: '/action', is: ['completed', 'failed'] }, { action: 'failed' }],
    [{ body: '/retry', is: null }, { retry: null }],
    [{ body: '/ok', is: false }, { ok: false }],
  ])('a condition holds: %j', (condition, payload) => {
    const mapped = map({ when: [condition], intent: STOP }, { job: 5, ...payload });
    expect(mapped).toMatchObject({ ok: true, made: [{}] });
  });

  it('a condition on the body counts before the list is looked for', () => {
    const mapping = { ...ALERTS_MAPPING, when: [{ body: '/receiver', is: 'job-fanin' }] };
    expect(map(mapping, { receiver: 'other' })).toEqual({ ok: true, made: [] });
    expect(map(mapping, { receiver: 'job-fanin' })).toMatchObject({ ok: false });
  });

  it('as many items as are allowed', () => {
    const payload = alertsOf(...Array(500).fill(['firing', '1']));
    expect(madeOf(ALERTS_MAPPING, jsonOf(JSON.stringify(payload)))).toHaveLength(500);
  });

  it('a number becomes a text in the fields that take text alone', () => {
    const intent = {
      ...STOP,
      project_id: { body: '/n' },
      after: { body: '/n' },
      sequence: { body: '/n' },
      correlation_id: { body: '/text' },
    };
    const [made] = madeOf(
      { intent, key: [{ body: '/big' }] },
      jsonOf('{"job":5,"n":12,"text":[1],"big":9223372036854775807}'),
    );
    expect(made?.body).toMatchObject({
      project_id: '12',
      after: '12',
      sequence: 12,
      jobs: [5],
      correlation_id: [1],
    });
    expect(made?.key).toBe('["9223372036854775807"]');
  });

  it('it makes nothing of an empty list', () => {
    expect(map(ALERTS_MAPPING, { ...alertsOf(), alerts: [] })).toEqual({ ok: true, made: [] });
  });
});

describe('what a mapping does not find is named by its pointer', () => {
  const faultsOf = (mapping: unknown, payload: unknown) => {
    const mapped = map(mapping, payload);
    return mapped.ok ? [] : mapped.faults.map(({ pointer, detail }) => `${pointer} ${detail}`);
  };

  it('every one of them, each with its item', () => {
    const payload = alertsOf(['firing', '131'], ['resolved', '1'], ['firing', '133']);
    const alerts = payload.alerts.map((alert) => ({ ...alert, labels: {} }));
    expect(faultsOf(ALERTS_MAPPING, { ...payload, commonLabels: {}, alerts })).toEqual([
      '#/commonLabels/project has no value',
      '#/alerts/0/labels/job_id has no value',
      '#/commonLabels/project has no value',
      '#/alerts/2/labels/job_id has no value',
    ]);
  });

  it('null counts as nothing', () => {
    expect(faultsOf({ intent: STOP }, { job: null })).toEqual(['#/job has no value']);
  });

  it('the list of items', () => {
    expect(faultsOf(ALERTS_MAPPING, {})).toEqual(['#/alerts has no value']);
    expect(faultsOf(ALERTS_MAPPING, { alerts: 5 })).toEqual(['#/alerts is no list']);
    expect(faultsOf(ALERTS_MAPPING, { alerts: Array(501).fill({}) })).toEqual([
      '#/alerts has more than 500 items',
    ]);
  });

  it('a value of the key', () => {
    expect(faultsOf({ intent: STOP, key: [{ body: '/id' }] }, { job: 5 })).toEqual([
      '#/id has no value',
    ]);
  });

  it('a fault in the intent is told at the place that its value came from', () => {
    const payload = alertsOf(['firing', 'not a job']);
    const [made] = madeOf(ALERTS_MAPPING, jsonOf(JSON.stringify(payload)));
    const place = (pointer: string) => made?.inPayload({ pointer, detail: 'd' }).pointer;
    expect(place('#/jobs/0')).toBe('#/alerts/0/labels/job_id');
    expect(place('#/project_id')).toBe('#/commonLabels/project');
    expect(place('#/jobs')).toBe("the mapping's intent #/jobs");
    const [whole] = madeOf({ intent: { body: '/data' } }, { data: {} });
    expect(whole?.inPayload({ pointer: '#/jobs/3', detail: 'd' }).pointer).toBe('#/data/jobs/3');
  });

  it('any payload whatever is mapped or refused, and nothing throws', () => {
    fc.assert(
      fc.property(oddJson(), oddJson(), (odd, item) => {
        for (const mapping of [ALERTS_MAPPING, { intent: STOP }, { intent: { body: '' } }])
          for (const payload of [odd, { job: odd }, { alerts: odd }, { alerts: [odd, item] }])
            expect(mapPayload(hookOf(mapping), payload as Json)).toHaveProperty('ok');
      }),
    );
  });
});
