import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';
import type { Environment } from '../../shared/json/settings.ts';
import { until } from './until.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

type Context = Pick<TestContext, 'onTestFinished'>;

/** `node local/main.ts` in a process of its own, with these settings and none of the environment's. */
export const startChild = (context: Context, settings: Environment) =>
  startProgram(context, [process.execPath, 'local/main.ts'], settings);

/** A command of a page, as a shell runs it. */
export const startShell = (context: Context, command: string) =>
  startProgram(context, ['sh', '-c', command], { HOME: process.env.HOME });

/** All that a stream has said so far. */
const textOf = (stream: Readable): (() => string) => {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
};

/** Sends signals to the whole group of a process, as long as the process runs. */
const signalTo =
  (child: ChildProcess) =>
  (name: NodeJS.Signals): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, name);
  };

/**
 * A process group of its own in the project's folder, on a free port. It is killed when the test is over, if it still
 * runs; the test's own context lets tests run side by side.
 */
const startProgram = (
  { onTestFinished }: Context,
  [program, ...parameters]: readonly [string, ...string[]],
  settings: Environment,
) => {
  const child = spawn(program, parameters, {
    cwd: ROOT,
    env: { PATH: process.env.PATH, PORT: '0', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const signal = signalTo(child);
  onTestFinished(() => signal('SIGKILL'));
  const [stdout, stderr] = [textOf(child.stdout), textOf(child.stderr)];
  const closed = once(child, 'close');

  /** Waits until stdout has a match, and returns its first group. */
  const says = (pattern: RegExp): Promise<string> =>
    until(() => {
      const match = pattern.exec(stdout());
      if (match === null) throw new Error(`${pattern} is not in:\n${stdout()}\n${stderr()}`);
      return match[1] ?? '';
    }, 5);

  const ended = async () => {
    const [code, by] = await closed;
    return { code, signal: by, stdout: stdout(), stderr: stderr() };
  };
  return {
    pid: child.pid,
    stdout,
    says,
    /** Resolves to the front's address once the stack is ready. */
    ready: () => says(/ {2}front +(http:\S+)/),
    /** Sends it to the whole group, as a terminal does. */
    signal,
    /** Resolves when the process is gone and all that it wrote has been read. */
    ended,
  };
};
