import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCloudFormation } from '../support/cloudformation.ts';
import { type RunOptions, runCli } from '../support/command-line.ts';
import { createTable, startDynamoDb } from '../support/dynamodb.ts';
import { beginStack, type TestStack, until } from '../support/stack.ts';

const P = '054ba152d480d55b2f5dc0069e7ddef0';

/** The functions and the queue are the embedded stack's; it is found, and its ledger is kept, as on AWS. */
let stack: TestStack;
let table: Awaited<ReturnType<typeof startDynamoDb>>;
let cloudFormation: Awaited<ReturnType<typeof startCloudFormation>>;
let outputs: Record<string, string> = {};

beforeAll(async () => {
  table = await startDynamoDb();
  await createTable(table.dynamoDb, 'ledger');
  stack = await beginStack({
    BATCH_WINDOW_SECONDS: '0',
    BATCH_SIZE: '10',
    SETTLE_SECONDS: '1',
    LEDGER_TABLE: 'ledger',
    AWS_ENDPOINT_URL_DYNAMODB: table.url,
  });
  const told = await fetch(`${stack.url}/local/stack`);
  outputs = { ApiUrl: stack.url, ...JSON.parse(await told.text()).outputs };
  cloudFormation = await startCloudFormation('job-fanin-test', () => outputs);
});
afterAll(async () => {
  await stack.stop();
  await Promise.all([table.stop(), cloudFormation.stop()]);
});

const cli = (args: readonly string[], { environment = {}, ...more }: RunOptions = {}) =>
  runCli([...args, '--stack', 'job-fanin-test'], {
    environment: {
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_CLOUDFORMATION: cloudFormation.url,
      AWS_ENDPOINT_URL_DYNAMODB: table.url,
      AWS_ENDPOINT_URL_LAMBDA: stack.url,
      AWS_ENDPOINT_URL_SQS: stack.wires.queue,
      JOB_FANIN_TOKEN: 'dev-token',
      ...environment,
    },
    ...more,
  });

describe('a deployed stack is found by its outputs', () => {
  it('it takes intents, and tells what became of them', async () => {
    const ran = await cli(['run', '31', '-p', P, '-w', '--json']);
    expect(ran).toMatchObject({ code: 0 });
    const why = await cli(['why', '31', '-p', P, '--json']);
    expect(JSON.parse(why.stdout)).toMatchObject({
      verdict: { outcome: 'delivered' },
      next: { kind: 'settled' },
    });
  });

  it('its table is looked through for open circuit breakers', async () => {
    stack.upstream.behave({ '*': { down: true } });
    await cli(['stop', '41', '-p', P]);
    await until(async () => {
      const { held } = JSON.parse((await cli(['held', '--json'])).stdout);
      expect(held).toMatchObject([{ service: 'dli', project: P }]);
    });
    stack.upstream.reset();
  });

  it('its settings tell the size of calls', async () => {
    const ran = await cli(['run', '1', '2', '-p', P, '--plan', '--json']);
    expect(JSON.parse(ran.stdout)).toMatchObject({ assumed: 'by the settings of control-jobs' });
  });

  it('a token is asked for, since there is no public one', async () => {
    const ran = await cli(['run', '1', '-p', P], { environment: { JOB_FANIN_TOKEN: '' } });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/do: set JOB_FANIN_TOKEN/);
  });

  it('a list of dead letters needs none', async () => {
    const ran = await cli(['replay', '--list'], { environment: { JOB_FANIN_TOKEN: '' } });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
  });

  it('its region is found as the AWS CLI finds it, and is told', async () => {
    const inRegion = (environment: Record<string, string>, ...args: string[]) =>
      cli(['run', '1', '-p', P, ...args], { environment: { JOB_FANIN_TOKEN: '', ...environment } });
    const byDefault = { AWS_REGION: '', AWS_DEFAULT_REGION: 'eu-north-1' };
    expect((await inRegion(byDefault)).stderr).toContain('stack job-fanin-test in eu-north-1');
    const both = { AWS_DEFAULT_REGION: 'eu-north-1' };
    expect((await inRegion(both)).stderr).toContain('stack job-fanin-test in eu-west-1');
    expect((await inRegion(both, '--region', 'ap-south-1')).stderr).toContain('in ap-south-1');
    const none = await inRegion({ AWS_REGION: '', AWS_CONFIG_FILE: '/dev/null' });
    expect(none.stderr).toMatch(/do: set --region or AWS_REGION/);
  });

  it('a stack that is not there, or has no such output, is exit code 6 with a remedy', async () => {
    const gone = await runCli(['held', '--stack', 'other'], {
      environment: {
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_ENDPOINT_URL_CLOUDFORMATION: cloudFormation.url,
      },
    });
    expect(gone.code).toBe(6);
    expect(gone.stderr).toMatch(/other does not exist[\s\S]*do: check --stack/);
    const { EventSourceMappingId: _, ...fewer } = outputs;
    outputs = fewer;
    const ran = await cli(['pause']);
    expect(ran.code).toBe(6);
    expect(ran.stderr).toMatch(/no output EventSourceMappingId[\s\S]*do: deploy this release/);
  });
});
