import Ajv from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packedDocument } from '../../build/api/result-event.ts';
import { resultsIn } from '../../clients/typescript/src/index.ts';
import { beginStack, type TestStack } from '../support/stack.ts';
import { runPath } from '../support/vendor.ts';

const JOBS = 250;

let stack: TestStack;
beforeAll(async () => {
  stack = await beginStack({
    RESULTS_PER_EVENT: '100',
    BATCH_SIZE: '10',
    BATCH_WINDOW_SECONDS: '0',
  });
});
afterAll(() => stack.stop());

const formats = { uuid: /\S/, 'date-time': /\S/ };
const isBySchema = new Ajv.default({ strict: false, formats }).compile(packedDocument());

test('with RESULTS_PER_EVENT=100, each call’s results are one event, by the published schema', async () => {
  const ids = Array.from({ length: JOBS }, (_, i) => 9_000_000 + i);
  const answer = await stack.post(
    runPath('054ba152d480d55b2f5dc0069e7ddef0'),
    JSON.stringify({ job_ids: ids }),
  );
  await stack.idle();
  const events = stack.bus.events.filter(({ source }) => source === 'job-fanin');
  expect(events.map(({ detail }) => isBySchema(detail))).toEqual(events.map(() => true));
  const results = events.map((event) => resultsIn(event));
  expect(results.map(({ length }) => length).toSorted()).toEqual([100, 100, 50]);
  expect(new Set(results.flat().map(({ job_id }) => job_id))).toEqual(new Set(ids.map(String)));
  for (const ofEvent of results) expect(new Set(ofEvent.map(({ call }) => call?.id)).size).toBe(1);

  const seen = async (query: string) =>
    JSON.parse(await (await fetch(`${stack.url}/local/results${query}`)).text());
  expect(await seen(`?intent_id=${answer.headers['x-intent-id']}`)).toHaveLength(3);
  expect(await seen('?intent_id=another')).toEqual([]);
});
