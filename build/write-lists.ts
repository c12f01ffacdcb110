import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { logLinesTable, troublesTable } from './logs-page.ts';
import { metricsTable, reasonsTable } from './metrics-page.ts';
import { operationNames, operationsTable } from './operation-lists.ts';

/** Writes lists into the pages that publish them. A test holds the pages against the code. */
const rewrite = (path: string, change: (text: string) => string): void => {
  const file = join(import.meta.dirname, '..', path);
  writeFileSync(file, change(readFileSync(file, 'utf8')));
};

/** Puts a list between its two marks. */
const between = (mark: string, list: string) => (text: string) =>
  text.replace(
    new RegExp(`(<!-- ${mark} -->\n)[\\s\\S]*?(<!-- /${mark} -->)`),
    (_, begin, end) => `${begin}${list}\n${end}`,
  );

const enumOfNames = `"operation": { "enum": ${JSON.stringify(operationNames, null, 1).replace(/\s*\n\s*/g, ' ')} }`;

rewrite('docs/result.schema.json', (text) =>
  text.replace(/"operation": \{\s*"enum": \[[^\]]*\]\s*\}/, enumOfNames),
);
rewrite('README.md', between('operations', operationsTable()));
rewrite('docs/metrics.md', between('metrics', metricsTable()));
rewrite('docs/metrics.md', between('reasons', reasonsTable()));
rewrite('docs/logs.md', between('lines', logLinesTable()));
rewrite('docs/logs.md', between('troubles', troublesTable()));
