import { CommanderError } from 'commander';
import { allCommands } from './commands/index.ts';
import { EXIT, type Exit } from './exit.ts';
import { explain } from './explain.ts';
import { type Begun, makeProgram } from './program.ts';
import { toldJson, toldLines } from './text/told-text.ts';
import { usageRemedy } from './usage-remedy.ts';
import type { World } from './world.ts';

/** Help and version are no errors, though the parser throws them. */
const isHelp = (error: unknown): boolean => error instanceof CommanderError && error.exitCode === 0;

/** Reads the arguments, runs the command, tells its error, and resolves to the exit code. It never throws. */
export const runCommand = async (world: World, args: readonly string[]): Promise<Exit> => {
  let begun: Begun | undefined;
  const commands = allCommands();
  try {
    const program = makeProgram(commands, (run) => (begun = run), world);
    if (args.length === 0) program.outputHelp();
    else program.parse(args, { from: 'user' });
    return begun === undefined
      ? EXIT.done
      : await begun.command.run(world, begun.args, begun.options);
  } catch (error) {
    if (isHelp(error)) return EXIT.done;
    const told =
      error instanceof CommanderError
        ? { ...explain(error, world.signal), remedy: usageRemedy(error, args, commands) }
        : explain(error, world.signal);
    const isJson = args.includes('--json');
    for (const line of isJson ? [toldJson(told)] : toldLines(told)) world.say(line);
    return told.exit;
  }
};
