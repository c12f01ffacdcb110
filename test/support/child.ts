import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';
import type { Environment } from '../../shared/json/settings.ts';
import { until } from './until.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * `node local/main.ts` in a process of its own, with these settings and none of the environment's. It is killed when
 * the test is over, if it still runs; the test's own context lets tests run side by side.
 */
export const startChild = (
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  settings: Environment,
) => {
  const child = spawn(process.execPath, ['local/main.ts'], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, PORT: '0', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const closed = once(child, 'close');

  /** Waits until stdout has a match, and returns its first group. */
  const says = (pattern: RegExp): Promise<string> =>
    until(() => {
      const match = pattern.exec(stdout);
      if (match === null) throw new Error(`${pattern} is not in:\n${stdout}\n${stderr}`);
      return match[1] ?? '';
    }, 5);

  return {
    pid: child.pid,
    says,
    /** Resolves to the front's address once the stack is ready. */
    ready: () => says(/ {2}front +(http:\S+)/),
    signal: (name: NodeJS.Signals) => child.kill(name),
    /** Resolves when the process is gone and all that it wrote has been read. */
    ended: async () => {
      const [code, signal] = await closed;
      return { code, signal, stdout, stderr };
    },
  };
};
