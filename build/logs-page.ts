import { LOG_LINES } from '../shared/json/log.ts';
import { TROUBLES } from '../shared/json/trouble.ts';

const tableOf = (head: string, rows: Readonly<Record<string, string>>): string =>
  [
    head,
    '|---|---|',
    ...Object.entries(rows).map(([name, text]) => `| \`${name}\` | ${text} |`),
  ].join('\n');

/** The log lines, for docs/logs.md. */
export const logLinesTable = (): string => tableOf('| `message` | what it says |', LOG_LINES);

/** The words of `reason` for AWS and the ledger, for docs/logs.md. */
export const troublesTable = (): string => tableOf('| `reason` | meaning |', TROUBLES);
