import { Command } from 'commander';
import packageInfo from '../package.json' with { type: 'json' };
import type { CliCommand } from './command.ts';
import type { World } from './world.ts';

const HELP = `
Exit codes: 0 done, 1 bad news, 2 wrong arguments, 3 refused, 4 no answer, 5 not confirmed, 6 AWS or the ledger.
More: docs/command-line.md`;

/** Adds a command to the parser. Every error of the parser is thrown, so that one place tells it. */
const add = (program: Command, command: CliCommand, begin: (run: Begun) => void): void => {
  const parser = program.command(command.name).description(command.summary);
  parser.aliases([...(command.aliases ?? [])]).exitOverride();
  if (command.details !== undefined) parser.addHelpText('after', `\n${command.details}`);
  parser.addHelpText('after', `\nExample:\n  job-fanin ${command.example}`);
  for (const [form, what] of command.arguments ?? []) parser.argument(form, what);
  for (const option of command.options) parser.addOption(option);
  parser.action(() => begin({ command, args: parser.args, options: parser.opts() }));
};

/** A command as it was given. */
export interface Begun {
  readonly command: CliCommand;
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** The parser of all commands. `begin` is told of the one that was given. */
export const makeProgram = (
  commands: readonly CliCommand[],
  begin: (run: Begun) => void,
  output: Pick<World, 'out'>,
): Command => {
  const program = new Command('job-fanin')
    .description('Control jobs through job-fanin, and see to it when something waits')
    .version(packageInfo.version)
    .configureOutput({ writeOut: (text) => output.out(text.trimEnd()), writeErr: () => undefined })
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText('after', HELP);
  for (const command of commands) add(program, command, begin);
  return program;
};
