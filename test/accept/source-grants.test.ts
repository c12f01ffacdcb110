import { describe, expect, it } from 'vitest';
import { makeAcceptEnveloped } from '../../shared/accept/enveloped.ts';
import { makeAcceptPayload } from '../../shared/accept/payload.ts';
import { readSourceGrants } from '../../shared/callers/source-grants.ts';
import { readEventsConfig } from '../../shared/edge/callers-config.ts';
import { keyOf } from '../../shared/edge/intent-id.ts';
import { startAcceptance } from '../support/acceptance.ts';
import { eventOf, notificationOf, sqsRecordOf } from '../support/foreign-payloads.ts';
import { NOW, PROJECT } from '../support/messages.ts';
import { problems } from '../support/settings.ts';

const stop = { operation: 'dli.stop', project_id: PROJECT, jobs: ['131'] };
const run = { ...stop, operation: 'dli.run' };
const stops = [{ projects: [PROJECT], operations: ['dli.stop'] }];

const begin = (grants?: unknown) => {
  const { accept, queued, sent } = startAcceptance();
  const EVENT_GRANTS = grants === undefined ? '' : JSON.stringify(grants);
  const options = { ...readEventsConfig({ EVENT_GRANTS }), takesReplays: false };
  const now = () => new Date(NOW);
  const take = makeAcceptEnveloped(makeAcceptPayload(accept, { now, keyOf, ...options }), {
    now,
    opens: new Set(['sqs', 'sns']),
    ...options,
  });
  return { take, queued, sent };
};

const from = (source: string, detail: unknown) => eventOf(detail, { source });

describe('an event source does what it is granted', () => {
  it.each([
    ['rule:acme.jobs', from('acme.jobs', stop)],
    ['direct', stop],
    ['*', from('of.another', stop)],
    ['rule:sqs:wishes', { Records: [sqsRecordOf(JSON.stringify(stop))] }],
  ])('%s', async (source, payload) => {
    const { take, sent } = begin({ [source]: stops });
    await take(payload);
    expect(sent).toHaveLength(1);
  });

  it('its own grants go before those of all others', async () => {
    const { take } = begin({ '*': [{ projects: ['*'], operations: ['*'] }], direct: stops });
    await expect(take(run)).rejects.toMatchObject({ name: 'NotGrantedError' });
    await take(from('acme.jobs', run));
  });

  it('without the setting, IAM alone decides', async () => {
    const { take, sent } = begin();
    await take(run);
    expect(sent).toHaveLength(1);
  });
});

describe('what is not granted fails the invocation, and the error says what is missing', () => {
  it.each([
    ['another operation', run, `direct has no grant for dli.run in project ${PROJECT}`],
    [
      'another project',
      { ...stop, project_id: 'p' },
      'direct has no grant for dli.stop in project p',
    ],
    [
      'a source without grants',
      from('acme.jobs', stop),
      `rule:acme.jobs has no grant for dli.stop in project ${PROJECT}`,
    ],
  ])('%s', async (_, payload, message) => {
    const { take, sent } = begin({ direct: stops });
    await expect(take(payload)).rejects.toMatchObject({ name: 'NotGrantedError', message });
    expect(sent).toEqual([]);
  });

  it('a message of a queue gains nothing by naming another source', async () => {
    const { take, sent } = begin({
      'rule:acme.jobs': stops,
      'rule:sns:jobs': stops,
      direct: stops,
    });
    for (const forged of [from('acme.jobs', stop), notificationOf(JSON.stringify(stop))])
      await expect(take({ Records: [sqsRecordOf(JSON.stringify(forged))] })).rejects.toMatchObject({
        name: 'NotGrantedError',
        message: expect.stringMatching(/\[0\] rule:sqs:wishes has no grant/),
      });
    expect(sent).toEqual([]);
  });

  it('of a batch, nothing is queued', async () => {
    const { take, sent } = begin({ '*': stops });
    const recordOf = (wish: unknown) => sqsRecordOf(JSON.stringify(wish));
    await expect(take({ Records: [recordOf(stop), recordOf(run)] })).rejects.toMatchObject({
      name: 'NotGrantedError',
      message: expect.stringMatching(/^none was queued, for 1 of 2 intents: \[1\] rule:sqs:/),
    });
    await expect(take({ Records: [recordOf({}), recordOf(run)] })).rejects.toMatchObject({
      name: 'InvalidIntentError',
    });
    expect(sent).toEqual([]);
  });

  it('an invalid intent is invalid, whatever is granted', async () => {
    const { take } = begin({});
    await expect(take({ ...stop, jobs: [] })).rejects.toMatchObject({ name: 'InvalidIntentError' });
  });
});

describe('the setting is checked at cold start', () => {
  it.each([
    ['{', /^EVENT_GRANTS cannot be used: #: the text is not valid JSON/],
    ['[]', /^EVENT_GRANTS cannot be used: #: must be an object$/],
    ['{"acme.jobs":[]}', /^EVENT_GRANTS cannot be used: #: has a key that is not direct, rule/],
    ['{"direct":{}}', /^EVENT_GRANTS cannot be used: #\/direct: must be a list/],
    [
      '{"rule:a":[{"projects":["*"]}]}',
      /^EVENT_GRANTS cannot be used: #\/rule:a\/0\/operations: is required$/,
    ],
  ])('%s', (EVENT_GRANTS, problem) => {
    expect(problems(() => readEventsConfig({ EVENT_GRANTS }))).toEqual([
      expect.stringMatching(problem),
    ]);
  });

  it('all faults at once', () => {
    const read = readSourceGrants('{"x":[],"direct":[{}]}');
    expect(read).toMatchObject({ ok: false, faults: [{}, {}, {}] });
  });
});
