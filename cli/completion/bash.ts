import type { ShellCommand, ShellOption } from './words.ts';

const valuesOf = ({ takes }: ShellOption): string => {
  if (takes === 'file') return 'COMPREPLY=($(compgen -f -- "$word"))';
  if (takes === 'folder') return 'COMPREPLY=($(compgen -d -- "$word"))';
  return typeof takes === 'string'
    ? 'COMPREPLY=()'
    : `COMPREPLY=($(compgen -W '${takes.join(' ')}' -- "$word"))`;
};

const caseOf = ({ names, options }: ShellCommand): readonly string[] => [
  `    ${names.join('|')})`,
  '      case "$before" in',
  ...options
    .filter(({ takes }) => takes !== 'nothing')
    .map((option) => `        ${option.names.join('|')}) ${valuesOf(option)}; return ;;`),
  '      esac',
  `      words='${options.flatMap((option) => option.names).join(' ')}' ;;`,
];

/** A word of the line that is being completed. */
const wordAt = (place: string): string => `"\${COMP_WORDS[${place}]}"`;

/** The completion script for bash 3.2 and later. */
export const bashScript = (commands: readonly ShellCommand[]): readonly string[] => [
  '# Completion of job-fanin for bash: eval "$(npx job-fanin completion bash)"',
  '_job_fanin() {',
  `  local word=${wordAt('COMP_CWORD')} before=${wordAt('COMP_CWORD-1')} words=""`,
  '  if [ "$COMP_CWORD" -eq 1 ]; then',
  `    COMPREPLY=($(compgen -W '${commands.flatMap(({ names }) => names).join(' ')} --help --version' -- "$word"))`,
  '    return',
  '  fi',
  `  case ${wordAt('1')} in`,
  ...commands.flatMap(caseOf),
  '  esac',
  '  COMPREPLY=($(compgen -W "$words" -- "$word"))',
  '}',
  'complete -F _job_fanin job-fanin',
];
