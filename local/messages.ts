import { readFileSync } from 'node:fs';
import { MisconfiguredError } from '../shared/json/settings.ts';
import type { Settings } from './settings.ts';
import type { Left } from './shutdown.ts';
import type { Stack } from './stack.ts';

/** A text that Node, or a function's thread, puts on an error beside its message. */
const markOf = (error: Error, mark: 'code' | 'errorType'): unknown =>
  mark in error ? Object.entries(error).find(([name]) => name === mark)?.[1] : undefined;

/** Why the stack did not start: one line where a user can mend it. Any other error is a bug, and keeps its stack trace. */
export const explain = (error: unknown, settings?: Settings): string => {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof MisconfiguredError) return error.message;
  // A function that reads its settings in a thread of its own rejects them there.
  if (markOf(error, 'errorType') === 'MisconfiguredError') return error.message;
  const address = `${settings?.HOST}:${settings?.PORT}`;
  switch (markOf(error, 'code')) {
    case 'EADDRINUSE':
      return `${address} is in use: stop what listens there, or set PORT.`;
    case 'EACCES':
      return `${address} may not be listened on: set PORT to 1024 or more.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST ${settings?.HOST} is not an address of this machine.`;
    default:
      return error.stack ?? error.message;
  }
};

const version = (): string =>
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;

const greetingOf = ({ greeting, path }: Stack['callers']): readonly string[] =>
  greeting.length > 0 ? greeting : [`Callers are those in ${path}.`];

/** That the stack is ready, and where each of its parts is. */
export const greet = (stack: Stack, settings: Settings): string => {
  const { url, wires, bus, upstream, ledger, secrets, callers } = stack;
  const kept = settings.DATA_DIR ? `kept in ${settings.DATA_DIR}` : 'in memory';
  const lasting = settings.DATA_DIR ? 'a file' : 'a file that goes with this process';
  const table = settings.AWS_ENDPOINT_URL_DYNAMODB ?? "AWS's own DynamoDB";
  const signed = secrets.development ? 'a development key' : `the credentials in ${secrets.path}`;
  const queue = settings.AWS_ENDPOINT_URL_SQS ? 'another server' : `embedded, ${kept}`;
  const simulated = (endpoint: string) =>
    endpoint === upstream?.url ? 'simulator' : 'another server';
  return [
    `job-fanin ${version()} is ready after ${process.uptime().toFixed(1)} s`,
    `  front  ${url}`,
    `  queue  ${wires.queue} (${queue})`,
    `  bus    ${wires.bus} (${bus ? 'embedded' : 'another server'})`,
    `  DLI    ${wires.dli} (${simulated(wires.dli)})`,
    `  DRS    ${wires.drs} (${simulated(wires.drs)})`,
    `  ledger ${ledger} (${settings.LEDGER_TABLE ? `a table of ${table}` : lasting})`,
    ...greetingOf(callers),
    `Calls upstream are signed with ${signed}.`,
    `Open ${url}/ in a browser: the console shows the flow. Ctrl-C ends it.`,
  ].join('\n');
};

const counted = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? one : many}`;

const whereMessagesStay = ({ AWS_ENDPOINT_URL_SQS, DATA_DIR }: Settings): string => {
  if (AWS_ENDPOINT_URL_SQS !== undefined) return 'left on the queue';
  if (DATA_DIR !== undefined) return `left on the queue, in ${DATA_DIR}`;
  return 'lost with this process, since DATA_DIR is not set';
};

/** What a stop left undone, in one line; an empty one if it left nothing. */
export const tellOf = ({ unfinished, messages = 0 }: Left, settings: Settings): string => {
  const ended = counted(unfinished, 'unfinished invocation was', 'unfinished invocations were');
  const queued = counted(messages, 'message is', 'messages are');
  return [
    ...(unfinished > 0 ? [`${ended} ended`] : []),
    ...(messages > 0 ? [`${queued} ${whereMessagesStay(settings)}`] : []),
  ].join('; ');
};
