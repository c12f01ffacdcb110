import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { runCheck } from '../../cli/doctor/check.ts';
import { clockFinding } from '../../cli/doctor/clock.ts';
import { startChild } from '../support/child.ts';
import { cliFor, runHere } from '../support/command-line.ts';
import { beginStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let cli: ReturnType<typeof cliFor>;

beforeAll(async () => {
  stack = await beginStack();
  cli = cliFor(stack.url);
});
afterAll(() => stack.stop());

interface Found {
  readonly check: string;
  readonly state: string;
  readonly remedy?: string;
}

const doctor = async (environment = {}) => {
  const { code, stdout } = await cli(['doctor', '--json'], { environment });
  const checks: readonly Found[] = JSON.parse(stdout).checks;
  return { code, checks, odd: checks.filter(({ state }) => state !== 'ok') };
};

describe('doctor', () => {
  it('finds nothing on a stack that works, and names each edge', async () => {
    const begun = Date.now();
    const { code, checks, odd } = await doctor();
    expect(odd).toEqual([]);
    expect(code).toBe(0);
    expect(Date.now() - begun, 'it ends when it has said all').toBeLessThan(9_000);
    expect(checks.map(({ check }) => check)).toEqual([
      'public API',
      'embedded stack',
      'caller',
      'clock',
      'parts',
      'intents queue',
      'dead letters',
      'failed events',
      'event source mapping',
      'ledger',
      'results bus',
      'settings',
      'upstream secret',
      'DLI endpoint',
      'DRS endpoint',
      'IAM endpoint',
    ]);
  });

  it('warns of a dead letter, and says what to do', async () => {
    const { deadLetters: QueueUrl } = stack.queues;
    await stack.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    const { code, odd } = await doctor();
    expect(odd).toMatchObject([
      { check: 'dead letters', state: 'warning', remedy: expect.stringMatching('replay --list') },
    ]);
    expect(code).toBe(0);
  });

  it('a caller that is not let in is bad', async () => {
    const { code, checks } = await doctor({ JOB_FANIN_TOKEN: 'wrong' });
    expect(code).toBe(1);
    expect(checks.find(({ check }) => check === 'caller')).toMatchObject({
      state: 'bad',
      remedy: expect.stringMatching('JOB_FANIN_TOKEN'),
    });
  });

  it('without a stack it says how to start one, and ends there', async () => {
    const ran = await runHere(['doctor', '--url', 'http://127.0.0.1:1']);
    expect(ran.code).toBe(1);
    expect(ran.lines).toHaveLength(2);
    expect(ran.lines[1]).toMatch(/do: .*npm start/);
  });
});

test('its question about an intent that there is not is no refusal in the log', async (context) => {
  const child = startChild(context, {});
  const url = await child.ready();
  expect((await runHere(['doctor', '--url', url])).code).toBe(0);
  child.signal('SIGTERM');
  const { stdout, stderr } = await child.ended();
  expect(stdout + stderr).not.toMatch(/"message":"(refused|unexpected)"|"level":"(WARN|ERROR)"/);
});

describe('what AWS does not let you do', () => {
  it('is told with the permission that is missing', async () => {
    const denied = Object.assign(new Error('User is not authorized'), {
      name: 'AccessDeniedException',
      $metadata: {},
    });
    const check = { name: 'x', needs: 'sqs:GetQueueAttributes', run: () => Promise.reject(denied) };
    expect(await runCheck(check, new AbortController().signal)).toMatchObject({
      state: 'bad',
      remedy: 'give your AWS user the permission sqs:GetQueueAttributes',
    });
  });
});

describe('the clock of this machine', () => {
  const now = Date.parse('2026-11-28T12:00:00Z');
  it.each([
    ['Sat, 28 Nov 2026 12:00:01 GMT', 'ok'],
    ['Sat, 28 Nov 2026 12:01:00 GMT', 'warning'],
    ['Sat, 28 Nov 2026 11:50:00 GMT', 'bad'],
    [null, 'warning'],
  ])('%s is %s', (date, state) => {
    expect(clockFinding(date, now).state).toBe(state);
  });
});
