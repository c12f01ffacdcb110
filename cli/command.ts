import type { Option } from 'commander';
import type { Exit } from './exit.ts';
import type { World } from './world.ts';

/** The options as the parser read them, by their names in camel case. */
export type Options = Readonly<Record<string, unknown>>;

/** One command: how it is written, and what it does. */
export interface CliCommand {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** One line for the list of commands. */
  readonly summary: string;
  /** How it is typed, without the program's name. Shown in its help, and with each error of its arguments. */
  readonly example: string;
  /** More for the command's own help. */
  readonly details?: string;
  /** Its arguments, as the parser writes them: `[ids...]`. */
  readonly arguments?: readonly (readonly [form: string, what: string])[];
  readonly options: readonly Option[];
  /** Resolves to the exit code. It throws what a person can do something about as a `CommandError`. */
  readonly run: (world: World, args: readonly string[], options: Options) => Promise<Exit>;
}

/** The text of an option. Undefined if it was not given, or is empty. */
export const textIn = (options: Options, name: string): string | undefined => {
  const value = options[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** Whether a flag was given. */
export const flagIn = (options: Options, name: string): boolean => options[name] === true;
