import { request } from 'undici';
import { isObject } from '../../shared/json/json.ts';
import type { Environment } from '../../shared/json/settings.ts';
import { beginStack, send, type TestStack, until } from '../support/stack.ts';

export const PROJECT = '054ba152d480d55b2f5dc0069e7ddef0';

/** A stack with short windows, whose console can be asked. */
export const beginConsole = (environment: Environment = {}): Promise<TestStack> =>
  beginStack({ BATCH_WINDOW_SECONDS: '1', SETTLE_SECONDS: '1', ...environment });

export const read = async (
  url: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> => {
  const reply = await request(url + path, { headers });
  const body: unknown = JSON.parse((await reply.body.text()) || '{}');
  return { status: reply.statusCode, body: isObject(body) ? body : {} };
};

export const wish = (stack: TestStack, jobs: readonly unknown[], operation = 'dli.run') =>
  send(`${stack.url}/v1/intents`, JSON.stringify({ operation, project_id: PROJECT, jobs }));

/** One event of the stream. */
export interface Frame {
  readonly id: number;
  /** The id as it came. */
  readonly lastId: string;
  readonly data: Record<string, unknown>;
}

/** Reads the stream until a frame fits, and closes it. Rejects if it ends before. */
export const frameThat = async (
  url: string,
  fits: (frame: Frame) => boolean,
  headers: Record<string, string> = {},
): Promise<Frame> => {
  const { body } = await request(`${url}/local/console/stream`, { headers });
  let text = '';
  for await (const chunk of body) {
    text += String(chunk);
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, run, id, data] = /^id: ([0-9a-f]+)-(\d+)\ndata: (.*)$/s.exec(block) ?? [];
      const parsed: unknown = data === undefined ? undefined : JSON.parse(data);
      if (!isObject(parsed)) continue;
      const frame = { id: Number(id), lastId: `${run}-${id}`, data: parsed };
      if (fits(frame)) return frame;
    }
  }
  throw new Error('the stream ended');
};

export { until };
