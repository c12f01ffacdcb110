import { operations } from '../shared/operations/index.ts';
import type { Operation, Service } from '../shared/operations/operation.ts';

/** The names of all operations, for the published schema of results. */
export const operationNames: readonly string[] = operations.map(({ name }) => name);

/** How each service's replies are matched to jobs. */
const MATCHED: Readonly<Record<Service, string>> = { dli: 'by position', drs: 'by id' };

const inCode = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

const rowOf = ({ name, service, method, path, options, job }: Operation): string => {
  const cells = [
    inCode([name]),
    inCode([`${method} ${path}`]),
    inCode(Object.keys(options)),
    inCode(job.options),
    MATCHED[service],
  ];
  return `|${cells.map((cell) => (cell === '' ? ' ' : ` ${cell} `)).join('|')}|`;
};

/** The README's table of operations. */
export const operationsTable = (): string =>
  [
    '| operation | upstream endpoint, and our drop-in route | once per call | per job | reply is matched |',
    '|---|---|---|---|---|',
    ...operations.map(rowOf),
  ].join('\n');
