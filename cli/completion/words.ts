import type { Command, Option } from 'commander';

/** An option as a shell completes it. */
export interface ShellOption {
  /** With its hyphens. */
  readonly names: readonly string[];
  readonly what: string;
  readonly takes: 'nothing' | 'text' | 'file' | 'folder' | readonly string[];
}

/** A command as a shell completes it. */
export interface ShellCommand {
  readonly names: readonly string[];
  readonly what: string;
  readonly options: readonly ShellOption[];
}

const takesOf = ({ flags, argChoices }: Option): ShellOption['takes'] => {
  if (argChoices !== undefined) return argChoices;
  if (/<file>/.test(flags)) return 'file';
  if (/<folder>/.test(flags)) return 'folder';
  return /[<[]/.test(flags) ? 'text' : 'nothing';
};

const optionOf = (option: Option): ShellOption => ({
  names: [option.short, option.long].flatMap((name) => name ?? []),
  what: option.description,
  takes: takesOf(option),
});

const HELP: ShellOption = { names: ['-h', '--help'], what: 'show help', takes: 'nothing' };

/** What the parser knows, for the scripts: so a new command or option is completed as it is declared. */
export const shellCommands = (program: Command): readonly ShellCommand[] =>
  program.commands.map((command) => ({
    names: [command.name(), ...command.aliases()],
    what: command.description(),
    options: [...command.options.map(optionOf), HELP],
  }));
