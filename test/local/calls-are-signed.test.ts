import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beginStack, send, sendUnproved, type TestStack, until } from '../support/stack.ts';
import { runPath, startPath } from '../support/vendor.ts';

const SETTINGS = { BATCH_SIZE: '10', BATCH_WINDOW_SECONDS: '0' };

const outcomes = (stack: TestStack, intentId: string) =>
  stack.resultsOf(intentId).map(({ outcome }) => outcome);

const run = async (stack: TestStack, project: string, jobs = '[1,2]') => {
  const { intentId } = await stack.post(runPath(project), `{"job_ids":${jobs}}`);
  await until(() => expect(outcomes(stack, intentId)).toHaveLength(2));
  return outcomes(stack, intentId);
};

/** The development caller with a token of IAM: it signs no call. */
const CALLER = { user: 'dev', calls: 0, tokens: 0, known: true };

describe('with no credentials named, a development key signs for every project', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await beginStack(SETTINGS);
  });
  afterAll(() => stack.stop());

  test('every call verifies', async () => {
    expect(await run(stack, 'one')).toEqual(['delivered', 'delivered']);
    const { intentId } = await stack.post(startPath('two'), '{"jobs":[{"job_id":"a"}]}');
    await until(() => expect(outcomes(stack, intentId)).toEqual(['delivered']));
    expect(stack.upstream.refusals).toEqual([]);
    expect(stack.upstream.accounts()).toMatchObject([
      { ak: expect.stringMatching(/^DEVELOPMENT/), calls: 2, badSignatures: 0, known: true },
      CALLER,
    ]);
  });

  test('who signs nothing is refused, and can be looked up', async () => {
    const reply = await sendUnproved(`${stack.wires.dli}${runPath('one')}`, '{"job_ids":[9]}');
    expect(reply.status).toBe(401);
    const seen = await send(`${stack.url}/local/refusals`, null, {}, 'GET');
    expect(JSON.parse(seen.text)).toMatchObject([
      { path: runPath('one'), why: 'no credentials', status: 401 },
    ]);
  });

  test('jobs can be put into states, and what cannot be read is refused by its fault', async () => {
    const put = (body: string) => send(`${stack.url}/local/upstream/jobs`, body, {}, 'PUT');
    const { status, text } = await put('{"dli":{"one/7":{"status":"job_running_exception"}}}');
    expect([status, JSON.parse(text)]).toMatchObject([
      200,
      { dli: { 'one/7': { status: 'job_running_exception', savepoint: false } } },
    ]);
    expect(stack.upstream.statusOf('dli', 'one', '7')).toBe('job_running_exception');
    const refused = await put('{"dli":{"7":{}}}');
    expect([refused.status, JSON.parse(refused.text).message]).toEqual([
      400,
      'bad job states: dli.7: must name a job as <project>/<id>; dli.7.status: must have a status',
    ]);
  });

  test('the look inside shows no secret', async () => {
    const { projects } = JSON.parse(readFileSync(stack.secrets.path, 'utf8'));
    const { ak, sk } = projects['*'];
    const seen = await send(`${stack.url}/local/upstream/accounts`, null, {}, 'GET');
    expect(seen.text).toContain(ak);
    expect(seen.text).not.toContain(sk);
    const calls = await send(`${stack.url}/local/calls`, null, {}, 'GET');
    expect(calls.text).not.toMatch(/authorization|SDK-HMAC/i);
  });
});

describe('with a file, each project has its own credentials', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stack-signed-test-'));
  const file = join(folder, 'secrets.json');
  const write = (projects: unknown) => writeFileSync(file, JSON.stringify({ projects }));
  const [mine, yours, next] = ['mine', 'yours', 'next'].map((name) => ({
    ak: `KEY-${name}`,
    sk: `secret-of-${name}`,
  }));
  let stack: TestStack;
  beforeAll(async () => {
    write({ mine, yours });
    stack = await beginStack({ ...SETTINGS, UPSTREAM_SECRETS_FILE: file });
  });
  afterAll(async () => {
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const put = (body: string) => send(`${stack.url}/local/upstream/accounts`, body, {}, 'PUT');

  test('and the simulator knows them apart', async () => {
    expect(await run(stack, 'mine')).toEqual(['delivered', 'delivered']);
    expect(await run(stack, 'yours')).toEqual(['delivered', 'delivered']);
    expect(stack.upstream.accounts()).toMatchObject([
      { ak: 'KEY-mine', calls: 1, badSignatures: 0 },
      { ak: 'KEY-yours', calls: 1, badSignatures: 0 },
      CALLER,
    ]);
    expect(stack.upstream.refusals).toEqual([]);
  });

  test('accounts that cannot be read change nothing, and are not shown', async () => {
    const { status, text } = await put('{"keys":[{"ak":"KEY-mine","sk":7,"hush":1}]}');
    expect(status).toBe(400);
    expect(JSON.parse(text).message).toMatch(
      /^bad accounts: keys\.0\.sk: must be a string; keys\.0: /,
    );
    expect(text).not.toContain('hush');
    expect((await put('no json')).status).toBe(400);
    expect(stack.upstream.accounts()).toMatchObject([{ known: true }, { known: true }, CALLER]);
  });

  test('a key that is rotated is followed', async () => {
    write({ mine: next, yours });
    const { status, text } = await put(JSON.stringify({ keys: [next, yours] }));
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject([
      { ak: 'KEY-next', known: true },
      { ak: 'KEY-yours', known: true },
      { ak: 'KEY-mine', known: false },
      { ...CALLER, known: false },
    ]);
    expect(await run(stack, 'mine', '[3,4]')).toEqual(['delivered', 'delivered']);
    expect(stack.upstream.accounts()).toMatchObject([
      { ak: 'KEY-next', badSignatures: 0, locked: false },
      { ak: 'KEY-yours', badSignatures: 0, locked: false },
      { ak: 'KEY-mine', locked: false },
      { ...CALLER, known: false },
    ]);
  });
});
