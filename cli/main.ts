import { errorText } from '../shared/json/error-text.ts';
import { EXIT } from './exit.ts';
import { runCommand } from './run-command.ts';
import { makeWorld } from './world.ts';

/** The command line as a process: Ctrl-C interrupts its command, whose exit code is the process's. */

const interrupted = new AbortController();
process.on('SIGINT', () => interrupted.abort());

// A reader that has seen enough, such as head, closes the pipe. The command goes on: it may be half done.
const unread = new AbortController();
process.stdout.on('error', (error) => unread.abort(error));
process.stderr.on('error', () => undefined);

const isOfReader = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EPIPE';

const world = makeWorld(interrupted, unread.signal);
process.exitCode = await runCommand(world, process.argv.slice(2));
const { aborted, reason } = unread.signal;
if (aborted && !isOfReader(reason)) {
  world.say(`job-fanin: the output is not whole: ${errorText(reason)}`);
  process.exitCode ||= EXIT.trouble;
}
