import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../cli/run-command.ts';
import type { World } from '../../cli/world.ts';
import type { Environment } from '../../shared/json/settings.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What a command did. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of stdout. */
  readonly lines: readonly string[];
}

export interface RunOptions {
  /** What is piped in. Without it, stdin is empty. */
  readonly input?: string;
  readonly environment?: Environment;
}

/** Runs a program to its end, in the project's folder, with this environment and none of the test's own. */
export const runProgram = (
  program: string,
  args: readonly string[],
  { input = '', environment = {} }: RunOptions = {},
): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...environment };
    const child = spawn(program, args, { cwd: ROOT, env });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code, stdout, stderr, lines: stdout.trimEnd().split('\n') }),
    );
  });

/** `job-fanin …` as a process of its own. */
export const runCli = (args: readonly string[], options?: RunOptions): Promise<Ran> =>
  runProgram(process.execPath, ['cli/job-fanin.js', ...args], options);

/** Keeps what a command writes, as a process does whose output is no terminal. */
const keepWords = () => {
  const words = { stdout: '', stderr: '' };
  const writer = (stream: keyof typeof words) => (line: string) => {
    words[stream] += `${line}\n`;
  };
  return { words, out: writer('stdout'), say: writer('stderr') };
};

/**
 * `job-fanin …` within the test's own process, which takes a tenth of the time. It is for commands without a terminal;
 * AWS's clients would read the environment of the test.
 */
export const runHere = async (
  args: readonly string[],
  { input = '', environment = {} }: RunOptions = {},
): Promise<Ran> => {
  const { words, out, say } = keepWords();
  const world: World = {
    out,
    say,
    overwrite: undefined,
    confirm: undefined,
    readInput: async () => input,
    paint: (_format, said) => said,
    environment,
    now: Date.now,
    signal: new AbortController().signal,
    unread: new AbortController().signal,
  };
  const code = await runCommand(world, args);
  return { code, ...words, lines: words.stdout.trimEnd().split('\n') };
};

/** The same against the stack at this address. */
export const cliFor =
  (url: string) =>
  (args: readonly string[], options?: RunOptions): Promise<Ran> =>
    runHere([...args, '--url', url], options);
