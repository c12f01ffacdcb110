import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askOn } from '../../cli/ask.ts';
import { explain } from '../../cli/explain.ts';
import { startBareServer } from '../support/bare-server.ts';
import { runCli, runProgram } from '../support/command-line.ts';
import { beginStack, type TestStack, until } from '../support/stack.ts';

const P = '054ba152d480d55b2f5dc0069e7ddef0';

let stack: TestStack;

beforeAll(async () => {
  stack = await beginStack({ BATCH_WINDOW_SECONDS: '0', BATCH_SIZE: '10' });
});
afterAll(() => stack.stop());

describe('colours', () => {
  it('are there if they are forced, and never with NO_COLOR', async () => {
    const run = (job: string, environment: Record<string, string>) =>
      runCli(['run', job, '-p', P, '-w', '--url', stack.url], { environment });
    const forced = await run('81', { FORCE_COLOR: '1' });
    expect(forced.stdout).toContain('\u001b[32mdelivered\u001b[39m');
    const none = await run('82', { NO_COLOR: '1' });
    expect(none.stdout).toMatch(/^82 {2}delivered/m);
    expect(none.stdout).not.toContain('\u001b');
  });
});

describe('Ctrl-C', () => {
  it('ends a watch with 130, in one line', async () => {
    const id = '0199c0de-0000-7000-8000-000000000000';
    let asked = 0;
    const url = await startBareServer((request, response) => {
      if (request.method === 'GET') asked += 1;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ intent_id: id, status: 'queued' }));
    });
    const child = spawn(process.execPath, ['cli/job-fanin.js', 'watch', id, '--url', url]);
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    const closed = once(child, 'close');
    await until(() => expect(asked).toBeGreaterThan(0));
    child.kill('SIGINT');
    expect((await closed)[0]).toBe(130);
    expect(stderr).toBe('job-fanin: interrupted\n');
  });
});

describe('a question on the terminal', () => {
  const asked = async (typed: string) => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const interrupted = new AbortController();
    const answer = askOn({ input, output }, interrupted)('Hand in?');
    input.write(typed);
    const [settled] = await Promise.allSettled([answer]);
    return { settled, said: String(output.read()), interrupted };
  };

  it.each([
    ['y\r', true],
    ['Yes\r', true],
    ['n\r', false],
    ['\r', false],
    ['yesterday\r', false],
    ['\u0004', false],
  ])('%j is %j', async (typed, value) => {
    const { settled, said, interrupted } = await asked(typed);
    expect(settled).toEqual({ status: 'fulfilled', value });
    expect(said).toContain('Hand in? [y/N] ');
    expect(interrupted.signal.aborted).toBe(false);
  });

  it('Ctrl-C ends the command with 130, in one line, though no signal comes', async () => {
    const { settled, said, interrupted } = await asked('\u0003');
    if (settled?.status !== 'rejected') throw new Error('answered');
    expect(explain(settled.reason, interrupted.signal)).toEqual({
      exit: 130,
      what: 'interrupted',
    });
    expect(said).toMatch(/\n$/);
  });
});

describe('a reader of the output that has seen enough', () => {
  it('ends a watch', async () => {
    const id = '0199c0de-0000-7000-8000-000000000000';
    const job = (n: number) => ({ job_id: `${n}`, outcome: 'delivered' });
    let asked = 0;
    const url = await startBareServer((_, response) => {
      asked += 1;
      response.setHeader('content-type', 'application/json');
      const jobs = Array.from({ length: asked }, (_, n) => job(n));
      response.end(JSON.stringify({ intent_id: id, status: 'in_progress', job_count: 99, jobs }));
    });
    const child = spawn(process.execPath, ['cli/job-fanin.js', 'watch', id, '--url', url]);
    child.stdout.destroy();
    expect(await once(child, 'close')).toEqual([0, null]);
  });
});

describe('the Node that runs it', () => {
  it('may be an older one of the host: the clone brings its own', async () => {
    const others = (process.env.PATH ?? '')
      .split(delimiter)
      .filter((folder) => !folder.includes('node_modules'));
    const ran = await runProgram('sh', ['-c', 'node cli/job-fanin.js watch x; echo $?'], {
      environment: { PATH: others.join(delimiter) },
    });
    expect(ran.lines.at(-1)).toBe('2');
    expect(ran.stderr).toMatch(/is no id of an intent/);
  });
});
