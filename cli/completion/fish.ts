import type { ShellCommand, ShellOption } from './words.ts';

const quoted = (text: string): string => `'${text.replace(/['\\]/g, (one) => `\\${one}`)}'`;

const valuesOf = ({ takes }: ShellOption): string => {
  if (takes === 'nothing') return '';
  if (takes === 'file') return ' -r -F';
  if (takes === 'folder') return " -x -a '(__fish_complete_directories)'";
  return takes === 'text' ? ' -x' : ` -x -a ${quoted(takes.join(' '))}`;
};

const flagOf = (name: string): string =>
  name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`;

const linesOf = ({ names, what, options }: ShellCommand): readonly string[] => {
  const isSeen = `-n '__fish_seen_subcommand_from ${names.join(' ')}'`;
  return [
    `complete -c job-fanin -f -n __fish_use_subcommand -a ${quoted(names.join(' '))} -d ${quoted(what)}`,
    ...options.map(
      (option) =>
        `complete -c job-fanin ${isSeen} ${option.names.map(flagOf).join(' ')}${valuesOf(option)} -d ${quoted(option.what)}`,
    ),
  ];
};

/** The completion script for fish. */
export const fishScript = (commands: readonly ShellCommand[]): readonly string[] => [
  '# Completion of job-fanin for fish: npx job-fanin completion fish | source',
  ...commands.flatMap(linesOf),
];
