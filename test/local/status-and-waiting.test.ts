import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beginOver, callsFor, keyed, LEDGERS, readStatus, wish } from '../support/ledger-stacks.ts';
import { type Answer, JSON_TYPE, send, type TestStack, until } from '../support/stack.ts';
import { INTENTS_PATH, runPath, startPath } from '../support/vendor.ts';

describe.each(LEDGERS)('over %s', (kind) => {
  let stack: TestStack;
  let stop = async (): Promise<void> => undefined;
  beforeAll(async () => {
    ({ stack, stop } = await beginOver(kind));
  });
  afterAll(() => stop());

  describe('the status of an intent', () => {
    const post = (body: string, headers = {}): Promise<Answer> =>
      stack.post(INTENTS_PATH, body, { ...JSON_TYPE, ...headers });

    test('leads from the answer to the verdicts', async () => {
      const { headers, status, intentId } = await post(wish('status', { jobs: ['1', '2'] }));
      expect([status, headers['retry-after']]).toEqual([202, '2']);
      const place = new URL(String(headers.location), stack.url + INTENTS_PATH).href;
      expect(place).toBe(`${stack.url}${INTENTS_PATH}/${intentId}`);
      const settled = await readStatus(stack, intentId, '?wait=20');
      expect(settled.headers['x-request-id']).toBe(intentId);
      expect(settled.body).toMatchObject({
        intent_id: intentId,
        status: 'settled',
        operation: 'dli.stop',
        project_id: 'status',
        job_count: 2,
        jobs: [
          { job_id: '1', outcome: 'delivered', evidence: 'positional' },
          { job_id: '2', outcome: 'delivered', evidence: 'positional' },
        ],
      });
      const [result] = await until(() => {
        const results = stack.resultsOf(intentId);
        expect(results).toHaveLength(2);
        return results;
      });
      expect(settled.body.jobs[0].settled_at).toBe(result?.settled_at);
      expect(settled.body.accepted_at).toBe(result?.accepted_at);
    });

    test('is queued while the upstream holds the call back, and in no other caller’s hands', async () => {
      stack.upstream.behave({ 'dli.stop': { latencyMs: 1_500 } });
      const { intentId } = await post(wish('slow'));
      const early = await readStatus(stack, intentId);
      expect(early.body).toMatchObject({ intent_id: intentId, status: 'queued' });
      expect(early.headers['retry-after']).toBe('2');
      const others = { authorization: `Basic ${btoa('dev:dev-token')}` };
      const theirs = await send(`${stack.url}${INTENTS_PATH}/${intentId}`, null, others, 'GET');
      expect(theirs.status).toBe(404);
      expect((await readStatus(stack, intentId, '?wait=20')).body.status).toBe('settled');
      stack.upstream.reset();
      const after = await send(`${stack.url}${INTENTS_PATH}/${intentId}`, null, others, 'GET');
      expect({ ...after, headers: {}, intentId: '', text: JSON.parse(after.text).detail }).toEqual({
        ...theirs,
        headers: {},
        intentId: '',
        text: JSON.parse(theirs.text).detail,
      });
    });

    test.each(['1', 'openapi', '01890a5d-ac96-774b-bcce-b302099a8057', '..%2f..'])(
      'of %s there is none',
      async (id) => {
        expect((await readStatus(stack, id)).status).toBe(404);
      },
    );

    test('is no way to hand anything in', async () => {
      const { intentId } = await post(wish('no-post'));
      const answer = await stack.post(`${INTENTS_PATH}/${intentId}`, '{}');
      expect([answer.status, answer.headers.allow]).toEqual([405, 'GET']);
      expect((await readStatus(stack, intentId, '?wait=soon')).status).toBe(400);
    });
  });

  describe('a request that waits', () => {
    test('on the native route has the verdicts', async () => {
      const prefer = { ...JSON_TYPE, Prefer: 'wait=20' };
      const answer = await stack.post(INTENTS_PATH, wish('wait-native'), prefer);
      expect([answer.status, answer.headers['preference-applied']]).toEqual([200, 'wait=20']);
      expect(JSON.parse(answer.text)).toMatchObject({
        intent_id: answer.intentId,
        status: 'settled',
        jobs: [{ job_id: '2', outcome: 'delivered' }],
      });
    });

    test('is answered with 202 when the time is over', async () => {
      stack.upstream.behave({ 'dli.stop': { latencyMs: 3_000 } });
      const answer = await stack.post(`${INTENTS_PATH}?wait=1`, wish('wait-over'));
      expect(answer.status).toBe(202);
      expect(answer.headers).not.toHaveProperty('preference-applied');
      expect((await readStatus(stack, answer.intentId, '?wait=20')).body.status).toBe('settled');
      stack.upstream.reset();
    });

    test('on the vendor’s routes has the vendor’s words for each job that was refused', async () => {
      const project = 'wait-vendor';
      stack.upstream.behave({
        'dli.run': { badIds: ['7'] },
        'drs.start': { badIds: ['bad'] },
      });
      const run = await stack.post(`${runPath(project)}?wait=20`, '{"job_ids":[6,7,7]}');
      const [good, bad, same] = JSON.parse(run.text);
      expect([run.status, run.headers['preference-applied']]).toEqual([200, 'wait=20']);
      expect(good).toMatchObject({ is_success: 'true' });
      expect(bad).toMatchObject({ is_success: 'false', message: 'The job does not exist.' });
      expect(same).toEqual(bad);
      const jobs = '{"jobs":[{"job_id":"good"},{"job_id":"bad"}]}';
      const start = await stack.post(`${startPath(project)}?wait=20`, jobs);
      const { results, jobs: rows, count } = JSON.parse(start.text);
      expect([start.status, count]).toEqual([202, 2]);
      expect(rows).toEqual(results);
      expect(results).toMatchObject([
        { id: 'good', status: 'success' },
        {
          id: 'bad',
          status: 'failed',
          error_code: expect.any(String),
          error_msg: expect.any(String),
        },
      ]);
      stack.upstream.reset();
    });

    test('and is repeated with its key waits again', async () => {
      const once = { ...keyed('waits'), Prefer: 'wait=20' };
      const first = await stack.post(INTENTS_PATH, wish('wait-key'), once);
      const again = await stack.post(INTENTS_PATH, wish('wait-key'), once);
      expect([first.status, again.status, again.text]).toEqual([200, 200, first.text]);
      expect(callsFor(stack, 'wait-key')).toBe(1);
    });
  });
});
