import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SQSClient } from '@aws-sdk/client-sqs';
import { invokeHandler } from '../support/http-events.ts';
import { DOCUMENT } from './callers.ts';
import { startIam } from './iam.ts';
import { BASE_PATH } from './wire.ts';
import type { Queued } from './wishes.ts';

/** What came of one request. */
export interface Outcome {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly queued: readonly Queued[];
  /** Lines of the log, as text. */
  readonly lines: readonly string[];
}

export interface Room {
  /** Invokes the function. While the queue is down, it takes nothing. */
  readonly ask: (event: unknown, isQueueDown?: boolean) => Promise<Outcome>;
  readonly close: () => void;
}

const jobIdIn = (job: unknown): string =>
  typeof job === 'string' ? job : String(Reflect.get(Object(job), 'job_id'));

const queuedOf = (text: string): Queued => {
  const { caller, operation, project_id, jobs } = JSON.parse(text);
  return { caller, operation, project_id, jobs: jobs.map(jobIdIn) };
};

/** A queue in memory. */
interface Queue {
  readonly messages: string[];
  isDown: boolean;
}

/** Puts a queue in the place of SQS. */
const takeMessages = (queue: Queue) => {
  const { send } = SQSClient.prototype;
  const take = async ({ input }: { readonly input: unknown }) => {
    if (queue.isDown) throw new Error('the queue is down');
    const entries: readonly { Id: string; MessageBody: string }[] = Object(input).Entries;
    queue.messages.push(...entries.map(({ MessageBody }) => MessageBody));
    return { Successful: entries.map(({ Id }) => ({ Id })), Failed: [] };
  };
  Reflect.set(SQSClient.prototype, 'send', take);
  return () => void Reflect.set(SQSClient.prototype, 'send', send);
};

/** Keeps what is written to stdout and stderr, where the log goes, until they are given back. */
const takeLines = (lines: string[]) => {
  const streams = [process.stdout, process.stderr].map((stream) => [stream, stream.write] as const);
  const keep = (chunk: unknown): boolean => lines.push(String(chunk).trimEnd()) > 0;
  for (const [stream] of streams) Reflect.set(stream, 'write', keep);
  return () => {
    for (const [stream, write] of streams) Reflect.set(stream, 'write', write);
  };
};

const SETTINGS = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'made-up',
  AWS_SECRET_ACCESS_KEY: 'made-up',
  QUEUE_URL: 'http://127.0.0.1:9/000000000000/intents',
  MAX_MESSAGE_BYTES: '262144',
  BASE_PATH,
};

/** The real accept-http in this process, with a queue and a log in memory. One at a time: it takes stdout. */
export const openRoom = async (): Promise<Room> => {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
  const file = join(folder, 'callers.json');
  writeFileSync(file, JSON.stringify(DOCUMENT), { mode: 0o600 });
  const iam = await startIam();
  const LEDGER_FILE = join(folder, 'ledger.sqlite');
  Object.assign(process.env, SETTINGS, { CALLERS_FILE: file, LEDGER_FILE, IAM_ENDPOINT: iam.url });
  const queue: Queue = { messages: [], isDown: false };
  const lines: string[] = [];
  const giveBack = [takeMessages(queue), takeLines(lines)];
  const { handler } = await import('../../functions/accept-http.ts');
  return {
    ask: async (event, isQueueDown = false) => {
      queue.messages.length = 0;
      queue.isDown = isQueueDown;
      lines.length = 0;
      const { status, headers, text } = await invokeHandler(handler, event);
      return {
        status: status ?? 0,
        headers,
        text,
        queued: queue.messages.map(queuedOf),
        lines: [...lines],
      };
    },
    close: () => {
      for (const give of giveBack) give();
      iam.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
