import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliFor, runHere } from '../support/command-line.ts';
import { beginStack, type TestStack, until } from '../support/stack.ts';

const P = '054ba152d480d55b2f5dc0069e7ddef0';

let stack: TestStack;
let cli: ReturnType<typeof cliFor>;
const folder = mkdtempSync(join(tmpdir(), 'job-fanin-cli-'));

beforeAll(async () => {
  stack = await beginStack({ BATCH_WINDOW_SECONDS: '0', BATCH_SIZE: '10', SETTLE_SECONDS: '1' });
  cli = cliFor(stack.url);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await stack.stop();
});

const callsFor = (job: string) =>
  stack.upstream.calls.filter(({ job_ids: ids }) => ids.includes(job));

describe('run, stop and start hand intents in', () => {
  it('ids of arguments, with the flag of the call; --watch prints each verdict', async () => {
    const ran = await cli([
      'run',
      '131',
      '130,9223372036854775807',
      '-p',
      P,
      '--resume-savepoint',
      '-w',
    ]);
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.lines[0]).toMatch(/^\S{36} {2}dli\.run {2}3 accepted, good until /);
    expect(ran.lines.slice(1).toSorted()).toEqual([
      '130  delivered  positional',
      '131  delivered  positional',
      '9223372036854775807  delivered  positional',
    ]);
    expect(callsFor('9223372036854775807')[0]).toMatchObject({
      operation: 'dli.run',
      options: { resume_savepoint: true },
    });
  });

  it('ids of a file and of stdin, in any separator, each once', async () => {
    const file = join(folder, 'ids.csv');
    writeFileSync(file, '\ufeff"201";"202"\r\n202\t203\n');
    const input = '["204", "205"]\n201\n';
    const ran = await cli(['stop', '-', '-f', file, '-p', P, '--json'], { input });
    expect(JSON.parse(ran.stdout)).toMatchObject({ operation: 'dli.stop', job_count: 5 });
    await until(() => expect(callsFor('205')[0]).toMatchObject({ options: {} }));
  });

  it('options of jobs go to each job', async () => {
    const ran = await cli(['start', 'a-1', 'b-2', '-p', P, '--start-time', '1599202771816']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    await until(() => expect(callsFor('b-2')).toHaveLength(1));
    expect(callsFor('b-2')[0]?.job_options).toMatchObject({
      'a-1': { start_time: '1599202771816' },
    });
  });

  it('every operation of the table has a command, with the options of its row', async () => {
    const { stdout } = await runHere(['drs.delete', '--help']);
    expect(stdout).toMatch(/--delete-type <word>[\s\S]*terminate/);
    const ran = await cli(['drs.stop', 'c-3', '-p', P, '--pause-mode', 'all', '-w', '--json']);
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.lines.map((line) => JSON.parse(line))[1]).toMatchObject({
      job_id: 'c-3',
      outcome: 'delivered',
    });
  });

  it('restart stops, and runs once the job stands still', async () => {
    const ran = await cli([
      'restart',
      '301',
      '-p',
      P,
      '--trigger-savepoint',
      '--resume-savepoint',
      '-w',
    ]);
    expect(ran).toMatchObject({ code: 0 });
    expect(callsFor('301').map(({ operation }) => operation)).toEqual(['dli.stop', 'dli.run']);
  });
});

describe('what would be wrong is told before anything is sent', () => {
  it.each([
    [['run', 'abc', '12', '-p', P], /job abc must be a DLI job id/],
    [['run', '-p', P], /no job ids/],
    [['run', '1', '-p', 'a b'], /letters, digits/],
    [['run', '1'], /--project/],
    [['rum', '1'], /Did you mean run/],
    [
      ['start', 'a', '-p', P, '--start-time', 'soon'],
      /start_time must be a string of milliseconds/,
    ],
    [['run', '1', '-p', P, '--expires-at', '2001-01-01T00:00:00Z'], /expires_at is in the past/],
    [['status', 'x'], /is no id of an intent/],
  ])('%j: exit code 2', async (args, words) => {
    const before = stack.upstream.calls.length;
    const ran = await cli(args);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(words);
    expect(stack.upstream.calls).toHaveLength(before);
  });

  it('more than 50 jobs are not sent unless it is confirmed', async () => {
    const input = Array.from({ length: 51 }, (_, i) => `${7_000 + i}`).join(' ');
    const ran = await cli(['run', '-p', P], { input });
    expect(ran).toMatchObject({ code: 5, stdout: '' });
    expect(ran.stderr).toContain('--yes');
    expect(await cli(['run', '-p', P, '--yes'], { input })).toMatchObject({ code: 0 });
  });

  it('--plan shows the calls that would be made, and makes none', async () => {
    const input = Array.from({ length: 150 }, (_, i) => `${8_000 + i}`).join('\n');
    const ran = await cli(['restart', '-p', P, '--plan', '--json'], { input });
    const { calls } = JSON.parse(ran.stdout);
    const shown = calls.map((call: { step: number; operation: string; jobs: string[] }) => [
      call.step,
      call.operation,
      call.jobs.length,
    ]);
    expect(shown).toEqual([
      [1, 'dli.stop', 100],
      [1, 'dli.stop', 50],
      [2, 'dli.run', 100],
      [2, 'dli.run', 50],
    ]);
    expect(callsFor('8000')).toEqual([]);
  });
});

describe('how a command ends', () => {
  it('1 if a job was not delivered', async () => {
    stack.upstream.behave({ 'dli.run': { badIds: ['999'] } });
    const ran = await cli(['run', '999', '-p', P, '-w']);
    stack.upstream.reset();
    expect(ran.code).toBe(1);
    expect(ran.stdout).toMatch(/^999 {2}rejected/m);
  });

  it('3 if the caller is refused, with what to do', async () => {
    const ran = await cli(['run', '1', '-p', P], { environment: { JOB_FANIN_TOKEN: 'wrong' } });
    expect(ran.code).toBe(3);
    expect(ran.stderr).toMatch(/401[\s\S]*do: set JOB_FANIN_TOKEN/);
  });

  it('4 if nothing answers, in JSON for a script', async () => {
    const ran = await runHere(['run', '1', '-p', P, '--json', '--url', 'http://127.0.0.1:1']);
    expect(ran.code).toBe(4);
    expect(JSON.parse(ran.stderr).error.remedy).toContain('npm start');
  });

  it('the same key is the same intent', async () => {
    const args = ['stop', '401', '-p', P, '--idempotency-key', 'night-1', '--json'];
    const ids = [await cli(args), await cli(args)].map(
      ({ stdout }) => JSON.parse(stdout).intent_id,
    );
    expect(ids[0]).toBe(ids[1]);
    const status = await cli(['status', ids[0], '--json']);
    expect(JSON.parse(status.stdout).intent_id).toBe(ids[0]);
  });
});
