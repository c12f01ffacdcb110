import type { CommanderError } from 'commander';
import type { CliCommand } from './command.ts';

/** Every usage error names what to type instead. */
const LIST = 'job-fanin --help lists the commands';

/** The variable that stands in for the option that an error names. */
const variableFor = ({ message }: CommanderError, { options }: CliCommand): string | undefined =>
  options.find(({ flags }) => message.includes(`'${flags}'`))?.envVar;

/** What to type in place of arguments that the parser refused: an example of the command that was meant. */
export const usageRemedy = (
  error: CommanderError,
  args: readonly string[],
  commands: readonly CliCommand[],
): string => {
  const [first = ''] = args;
  const command = commands.find(({ name, aliases = [] }) => [name, ...aliases].includes(first));
  if (command !== undefined) {
    const variable = variableFor(error, command);
    const instead = variable === undefined ? '' : `, or set ${variable}`;
    return `type it as in: job-fanin ${command.example}${instead}. All options: job-fanin ${first} --help`;
  }
  return first.startsWith('-')
    ? `options come after the command, as in: job-fanin doctor --stack <name>. ${LIST}`
    : LIST;
};
