import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
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

/** The same against the stack at this address. */
export const cliFor =
  (url: string) =>
  (args: readonly string[], options?: RunOptions): Promise<Ran> =>
    runCli([...args, '--url', url], options);
