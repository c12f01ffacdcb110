import { EXIT } from './exit.ts';
import { runCommand } from './run-command.ts';
import { makeWorld } from './world.ts';

/** The command line as a process: Ctrl-C interrupts its command, whose exit code is the process's. */

const interrupted = new AbortController();
process.on('SIGINT', () => interrupted.abort());
// A reader that has seen enough, such as head, closes the pipe.
process.stdout.on('error', () => process.exit(EXIT.done));

const world = makeWorld(interrupted.signal);
process.exitCode = await runCommand(world, process.argv.slice(2));
