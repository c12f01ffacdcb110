import type { CliCommand } from '../command.ts';
import { bashScript } from '../completion/bash.ts';
import { fishScript } from '../completion/fish.ts';
import { type ShellCommand, shellCommands } from '../completion/words.ts';
import { zshScript } from '../completion/zsh.ts';
import { EXIT, usageError } from '../exit.ts';
import { makeProgram } from '../program.ts';

const SCRIPTS: Readonly<Record<string, (commands: readonly ShellCommand[]) => readonly string[]>> =
  {
    bash: bashScript,
    zsh: zshScript,
    fish: fishScript,
  };

/** The completion scripts of shells. `all` gives every command, this one too. */
export const completionCommand = (all: () => readonly CliCommand[]): CliCommand => ({
  name: 'completion',
  example: 'completion bash',
  summary: 'print the completion script of a shell: bash, zsh or fish',
  arguments: [['<shell>', 'bash, zsh or fish']],
  options: [],
  run: async (world, [shell = '']) => {
    const script = SCRIPTS[shell];
    if (script === undefined)
      throw usageError(
        `no completion for ${shell}`,
        `take one of ${Object.keys(SCRIPTS).join(', ')}`,
      );
    const program = makeProgram(all(), () => undefined, world);
    for (const line of script(shellCommands(program))) world.out(line);
    return EXIT.done;
  },
});
