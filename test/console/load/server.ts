import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { isObject } from '../../../shared/json/json.ts';
import type { Told } from './tell-memory.ts';

/** The stack in a process of its own, as `npm start` runs it. */
export interface Server {
  readonly url: string;
  readonly tell: () => Promise<Told>;
  readonly stop: () => Promise<void>;
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const WITNESS = new URL('tell-memory.ts', import.meta.url).href;

const isTold = (message: unknown): message is Told =>
  isObject(message) && ['heap', 'rss', 'busy'].every((name) => typeof message[name] === 'number');

/** Starts `local/main.ts` on a free port. Rejects if it ends before it is ready. */
export const startServer = async (): Promise<Server> => {
  const child = spawn(process.execPath, ['--expose-gc', '--import', WITNESS, 'local/main.ts'], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const { stdout } = child;
  if (stdout === null) throw new Error('the stack has no output');
  let url: string | undefined;
  for await (const line of createInterface(stdout)) {
    url = / {2}front +(http:\S+)/.exec(line)?.[1];
    if (url !== undefined) break;
  }
  if (url === undefined) throw new Error('the stack did not start');
  stdout.resume();
  return {
    url,
    tell: async () => {
      child.send('tell');
      const [told] = await once(child, 'message');
      if (!isTold(told)) throw new TypeError('the stack told something else');
      return told;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
};
