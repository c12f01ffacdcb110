import { once } from 'node:events';
import { createServer } from 'node:net';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { allCommands } from '../../cli/commands/index.ts';
import { type Begun, makeProgram } from '../../cli/program.ts';
import { runHere } from '../support/command-line.ts';

const commands = allCommands();

describe('the example of a command', () => {
  it.each(commands.map((command) => [command.example, command] as const))(
    '%s',
    (example, command) => {
      let begun: Begun | undefined;
      const program = makeProgram(commands, (run) => (begun = run), { out: () => undefined });
      program.parse(example.split(' '), { from: 'user' });
      expect(begun?.command.name).toBe(command.name);
      const { arguments: [[form = ''] = []] = [] } = command;
      expect(begun?.args.length).toBeGreaterThanOrEqual(form === '' ? 0 : 1);
    },
  );

  it('stands in its help', async () => {
    const { stdout } = await runHere(['drs.stop', '--help']);
    expect(stdout).toMatch(
      /Example:\n {2}job-fanin drs\.stop \S+ --project \S+ --pause-mode target/,
    );
  });
});

const PROJECT = 'type it as in: job-fanin run 131 130 --project 054ba152d480d55b2f5dc0069e7ddef0';

describe('wrong arguments end with 2, and with what to type', () => {
  it.each<readonly [string, string]>([
    ['run 131', `${PROJECT}, or set JOB_FANIN_PROJECT. All options: job-fanin run --help`],
    ['run 131 -p', PROJECT],
    ['run 131 -p a*b', PROJECT],
    ['run 131 -p p --resume-savepont', `${PROJECT}. All options`],
    ['run -p p', 'name them as arguments, with --file, or pipe them in'],
    ['run abc -p p', 'mend these and run the command again'],
    ['drs.stop x -p p', '--pause-mode target. All options: job-fanin drs.stop --help'],
    ['dli.stop', 'job-fanin stop 131 130 --project'],
    ['status', 'job-fanin status 0199c0de-0000-7000-8000-000000000000'],
    ['status zork', 'as 0199c0de-0000-7000-8000-000000000000'],
    ['doctor now', 'job-fanin doctor --stack job-fanin-prod'],
    ['replay --only x', 'job-fanin replay --list'],
    ['completion', 'job-fanin completion bash'],
    ['completion ksh', 'take one of bash, zsh, fish'],
    ['frobnicate', 'job-fanin --help lists the commands'],
    ['--stack x doctor', 'options come after the command, as in: job-fanin doctor --stack <name>'],
    ['run 1 -p p --token-file /nowhere', 'name a file that you may read'],
    ['run 1 -p p --url ftp://x', 'give an address such as http://127.0.0.1:3000'],
  ])('%s', async (line, remedy) => {
    const ran = await runHere(line.split(' '));
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/^job-fanin: .+\n( {2}where: .+\n)? {2}do: .+\n$/);
    expect(ran.stderr).toContain(remedy);
  });
});

it('an address that does not answer is told in few words', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = v.parse(v.object({ port: v.number() }), server.address());
  server.close();
  await once(server, 'close');
  const ran = await runHere(['held', '--url', `http://127.0.0.1:${port}`]);
  expect(ran.stderr).toContain(`does not answer: connect ECONNREFUSED 127.0.0.1:${port}\n`);
  expect(ran.code).toBe(4);
});
