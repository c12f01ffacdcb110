import { readFileSync } from 'node:fs';
import { MisconfiguredError } from '../shared/json/settings.ts';
import { readStackSettings, type Settings } from './settings.ts';
import type { Left } from './shutdown.ts';
import { type Stack, startStack } from './stack.ts';

/** `npm start`: the whole stack on this machine, until a signal ends it. */

const SAME_SIGNAL_MS = 500;

const fail = (line: string): never => {
  console.error(line);
  process.exit(1);
};

/** What a person can mend, in one line; anything else is a bug and keeps its stack. */
const explain = (error: unknown, settings?: Settings): string => {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  if (error instanceof MisconfiguredError) return message;
  const address = `${settings?.HOST}:${settings?.PORT}`;
  if (code === 'EADDRINUSE') return `${address} is in use: stop what listens there, or set PORT.`;
  if (code === 'EACCES') return `${address} may not be listened on: set PORT to 1024 or more.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `HOST ${settings?.HOST} is no address of this machine.`;
  if ((error as { errorType?: string }).errorType === 'MisconfiguredError') return message;
  return error instanceof Error ? (error.stack ?? message) : String(error);
};

const version = (): string =>
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;

const greet = (stack: Stack, settings: Settings): string => {
  const { url, wires, bus, upstream, ledger, secrets } = stack;
  const kept = settings.DATA_DIR ? `kept in ${settings.DATA_DIR}` : 'in memory';
  const lasting = settings.DATA_DIR ? 'a file' : 'a file that goes with this process';
  const table = settings.AWS_ENDPOINT_URL_DYNAMODB ?? "AWS's own DynamoDB";
  const signed = secrets.development ? 'a development key' : `the credentials in ${secrets.path}`;
  const queue = settings.AWS_ENDPOINT_URL_SQS ? 'another server' : `embedded, ${kept}`;
  const simulated = (endpoint: string) =>
    endpoint === upstream?.url ? 'simulator' : 'another server';
  return [
    `job-fanin ${version()} is ready after ${(process.uptime()).toFixed(1)} s`,
    `  front  ${url}`,
    `  queue  ${wires.queue} (${queue})`,
    `  bus    ${wires.bus} (${bus ? 'embedded' : 'another server'})`,
    `  DLI    ${wires.dli} (${simulated(wires.dli)})`,
    `  DRS    ${wires.drs} (${simulated(wires.drs)})`,
    `  ledger ${ledger} (${settings.LEDGER_TABLE ? `a table of ${table}` : lasting})`,
    `Calls upstream are signed with ${signed}.`,
    `See ${url}/local/results and ${url}/local/calls. Ctrl-C ends it.`,
  ].join('\n');
};

/** What a stop had to leave, in one line; nothing if it left nothing. */
const tellOf = ({ unfinished, messages = 0 }: Left, settings: Settings | undefined): string => {
  const messagesAre = messages === 1 ? '1 message is' : `${messages} messages are`;
  const fate =
    settings?.AWS_ENDPOINT_URL_SQS !== undefined
      ? 'left on the queue'
      : settings?.DATA_DIR !== undefined
        ? `left on the queue, in ${settings.DATA_DIR}`
        : 'lost with this process, since DATA_DIR is not set';
  return [
    ...(unfinished > 0
      ? [
          `${unfinished} unfinished ${unfinished === 1 ? 'invocation was' : 'invocations were'} ended`,
        ]
      : []),
    ...(messages > 0 ? [`${messagesAre} ${fate}`] : []),
  ].join('; ');
};

const run = async (): Promise<void> => {
  let settings: Settings | undefined;
  try {
    settings = readStackSettings(process.env);
    const stack = await startStack(settings);
    let endingSince: number | undefined;
    // One listener for good: a signal that comes while listeners are exchanged is lost, or kills.
    const end = async (signal: NodeJS.Signals): Promise<void> => {
      if (endingSince !== undefined) {
        // A terminal's Ctrl-C comes twice: from the terminal, and from npm.
        if (performance.now() - endingSince < SAME_SIGNAL_MS) return;
        fail('ended without waiting');
      }
      endingSince = performance.now();
      console.log(`${signal}: finishing what is in flight`);
      const line = tellOf(await stack.stop(), settings);
      if (line !== '') console.log(line);
      process.exit(0);
    };
    process.on('SIGINT', end);
    process.on('SIGTERM', end);
    // Last, since whoever reads that it is ready may end it at once.
    console.log(greet(stack, settings));
  } catch (error) {
    fail(explain(error, settings));
  }
};

await run();
