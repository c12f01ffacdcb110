import type { ShellCommand, ShellOption } from './words.ts';

/** Inside single quotes, and inside a specification of `_arguments`. */
const quoted = (text: string): string =>
  text.replaceAll("'", "'\\''").replace(/[[\]:\\]/g, (one) => `\\${one}`);

const valuesOf = ({ takes }: ShellOption): string => {
  if (takes === 'nothing') return '';
  if (takes === 'file') return ':file:_files';
  if (takes === 'folder') return ':folder:_files -/';
  return takes === 'text' ? ':value:' : `:word:(${takes.join(' ')})`;
};

const specsOf = (option: ShellOption): readonly string[] =>
  option.names.map((name) => `'${name}[${quoted(option.what)}]${valuesOf(option)}'`);

const caseOf = ({ names, options }: ShellCommand): string =>
  `    ${names.join('|')}) _arguments ${[...options.flatMap(specsOf), "'*:argument:'"].join(' ')} ;;`;

/** The completion script for zsh. */
export const zshScript = (commands: readonly ShellCommand[]): readonly string[] => [
  '#compdef job-fanin',
  '# Completion of job-fanin for zsh: source <(npx job-fanin completion zsh)',
  '_job_fanin() {',
  '  local -a commands',
  '  commands=(',
  ...commands.flatMap(({ names, what }) => names.map((name) => `    '${name}:${quoted(what)}'`)),
  '  )',
  '  if (( CURRENT == 2 )); then',
  '    _describe command commands',
  '    return',
  '  fi',
  '  local name=$words[2]',
  '  shift words',
  '  (( CURRENT-- ))',
  '  case $name in',
  ...commands.map(caseOf),
  '  esac',
  '}',
  'compdef _job_fanin job-fanin',
];
