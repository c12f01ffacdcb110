import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient, type Intent, ProblemError } from '../../clients/typescript/src/index.ts';
import { DEFAULT_TOKEN } from '../../local/settings.ts';
import { beginStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await beginStack({ BATCH_SIZE: '10', BATCH_WINDOW_SECONDS: '0' });
});
afterAll(() => stack.stop());

const RUN: Intent = {
  operation: 'dli.run',
  project_id: 'p-1',
  jobs: ['9223372036854775807', '131'],
  options: { resume_savepoint: true },
};

/** A `fetch` that sends each request twice, and loses the first answer. */
const sendTwice: typeof fetch = async (...request) => {
  await (await fetch(...request)).text();
  return fetch(...request);
};

describe('the typed client with the whole stack', () => {
  const begin = (options = {}) =>
    createClient({ url: stack.url, token: DEFAULT_TOKEN, ...options });

  test('an intent is handed in, and each job has its verdict', async () => {
    const client = begin();
    const receipt = await client.submit(RUN);
    expect(receipt).toMatchObject({ operation: 'dli.run', job_count: 2 });
    const settled = await client.settled(receipt.intent_id, { deadlineMs: 200_000 });
    expect(settled.jobs.map(({ job_id, outcome }) => [job_id, outcome])).toEqual([
      ['9223372036854775807', 'delivered'],
      ['131', 'delivered'],
    ]);
    expect(await client.status(receipt.intent_id)).toEqual(settled);
  });

  test('an intent whose answers are lost is one intent', async () => {
    const client = begin({ fetch: sendTwice });
    const { intent_id } = await client.submit({ ...RUN, project_id: 'p-2' });
    await client.settled(intent_id, { deadlineMs: 200_000 });
    // The ledger tells the verdict before the bus does.
    await stack.idle();
    const intents = stack
      .results()
      .filter(({ project_id }) => project_id === 'p-2')
      .map((result) => result.intent_id);
    expect(intents).toEqual([intent_id, intent_id]);
  });

  test('a refusal is a problem with its type and every fault', async () => {
    const wrong = { ...RUN, jobs: [], options: { resume: true } };
    const error = await begin()
      .submit(JSON.parse(JSON.stringify(wrong)))
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({
      status: 400,
      type: 'urn:job-fanin:problem:invalid-request',
      errors: [{ pointer: '#/jobs' }, { pointer: '#/options/resume' }],
    });
    const stranger = begin({ token: 'unknown' }).submit(RUN);
    await expect(stranger).rejects.toMatchObject({ status: 401 });
  });
});
