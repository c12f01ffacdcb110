import {
  GetEventSourceMappingCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AWS, beginStack, send, type TestStack, until } from '../support/stack.ts';
import { INTENTS_PATH } from '../support/vendor.ts';

let stack: TestStack;
let lambda: LambdaClient;
let UUID: string;

beforeAll(async () => {
  stack = await beginStack({ BATCH_WINDOW_SECONDS: '0', BATCH_SIZE: '10', MAX_JOBS_PER_CALL: '7' });
  lambda = new LambdaClient({ ...AWS, endpoint: stack.url });
  const { text } = await send(`${stack.url}/local/stack`, null, {}, 'GET');
  UUID = JSON.parse(text).outputs.EventSourceMappingId;
});
afterAll(async () => {
  lambda.destroy();
  await stack.stop();
});

const state = async () => (await lambda.send(new GetEventSourceMappingCommand({ UUID }))).State;

const enable = (Enabled: boolean) =>
  lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));

describe("Lambda's API pauses the queue, and shows settings", () => {
  it('a mapping that is switched off and on again works on as before, and is no trouble meanwhile', async () => {
    expect(await state()).toBe('Enabled');
    expect((await enable(false)).State).toBe('Disabling');
    const health = await request(`${stack.url}/healthz`);
    expect(health.statusCode).toBe(200);
    await health.body.dump();
    await until(async () => expect(await state()).toBe('Disabled'));
    const wish = JSON.stringify({ operation: 'dli.run', project_id: 'p', jobs: ['1'] });
    await stack.post(INTENTS_PATH, wish);
    expect(await stack.depths()).toMatchObject({ intents: 1 });
    expect((await enable(true)).State).toBe('Enabled');
    await stack.idle();
    expect(stack.results()).toMatchObject([{ job_id: '1', outcome: 'delivered' }]);
  });

  it('switched on before it is off, it goes on', async () => {
    await enable(false);
    expect((await enable(true)).State).toBe('Disabling');
    await until(async () => expect(await state()).toBe('Enabled'));
  });

  it('another mapping is not there, and nonsense is refused', async () => {
    const other = new GetEventSourceMappingCommand({ UUID: 'other' });
    await expect(lambda.send(other)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    const path = `/2015-03-31/event-source-mappings/${UUID}`;
    expect(await send(stack.url + path, '{"Enabled": 1}', {}, 'PUT')).toMatchObject({
      status: 400,
    });
  });

  it('the settings of control-jobs have no keys in them', async () => {
    const { Environment } = await lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: 'control-jobs' }),
    );
    expect(Environment?.Variables).toMatchObject({ MAX_JOBS_PER_CALL: '7' });
    expect(Object.keys(Environment?.Variables ?? {}).filter((name) => /^AWS_/.test(name))).toEqual(
      [],
    );
  });
});
