import { request } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_TOKEN } from '../../local/settings.ts';
import { beginStack, JSON_TYPE, sendUnproved, type TestStack } from '../support/stack.ts';
import { INTENTS_PATH, runPath } from '../support/vendor.ts';

const OWN = 'project-of-the-token';

let stack: TestStack;
beforeAll(async () => {
  stack = await beginStack({ BATCH_SIZE: '10', BATCH_WINDOW_SECONDS: '0' });
});
afterAll(() => stack.stop());
afterEach(() => stack.upstream.reset());

/** A token of the development user, from the simulator's IAM. */
const login = async (project: string | undefined = OWN): Promise<string> => {
  const user = { name: 'dev', password: DEFAULT_TOKEN, domain: { name: 'dev' } };
  const identity = { methods: ['password'], password: { user } };
  const scope = project === '' ? {} : { scope: { project: { id: project } } };
  const reply = await request(`${stack.upstream.url}/v3/auth/tokens?nocatalog=1`, {
    method: 'POST',
    headers: JSON_TYPE,
    body: JSON.stringify({ auth: { identity, ...scope } }),
  });
  await reply.body.dump();
  return String(reply.headers['x-subject-token']);
};

const run = (token: string, project = OWN) =>
  sendUnproved(stack.url + runPath(project), '{"job_ids":[1]}', {
    ...JSON_TYPE,
    'X-Auth-Token': token,
  });

const seen = async (token: string, project = OWN) => {
  const { status, text } = await run(token, project);
  return [status, JSON.parse(text).error_code];
};

describe('a token of IAM opens its own project', () => {
  test('on the vendor’s routes and on ours, in its caller’s name', async () => {
    const token = await login();
    expect((await run(token)).status).toBe(200);
    const wish = { operation: 'dli.stop', project_id: OWN, jobs: ['2'] };
    const native = await sendUnproved(stack.url + INTENTS_PATH, JSON.stringify(wish), {
      ...JSON_TYPE,
      'X-Auth-Token': token,
    });
    expect(native.status).toBe(202);
    await stack.idle();
    const callers = stack.results().map(({ job_id, caller }) => [job_id, caller]);
    expect(callers).toEqual([
      ['1', 'dev-iam'],
      ['2', 'dev-iam'],
    ]);
  });

  test('and no other, though its caller may act on every one', async () => {
    expect(await seen(await login(), 'other')).toEqual([403, 'APIGW.0302']);
    expect(await seen(await login(''))).toEqual([403, 'APIGW.0302']);
  });

  test('one that IAM does not know opens nothing', async () => {
    const token = await login();
    expect(await seen(`${token}x`)).toEqual([401, 'APIGW.0301']);
  });
});

describe('while IAM is out of reach', () => {
  test('a token that is known goes on; of a new one nothing is said but to come again', async () => {
    const [known, fresh] = [await login(), await login()];
    expect((await run(known)).status).toBe(200);
    stack.upstream.behave({ '*': { down: true } });
    expect((await run(known)).status).toBe(200);
    const answer = await run(fresh);
    expect([answer.status, JSON.parse(answer.text).error_code]).toEqual([503, 'DLI.0012']);
    expect(answer.headers['retry-after']).toBe('5');
  });
});
