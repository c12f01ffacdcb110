import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { operationNames, operationsTable } from './operation-lists.ts';

/** Writes what is published of the operations into the pages that list them. A test holds the pages against the rows. */
const rewrite = (path: string, change: (text: string) => string): void => {
  const file = join(import.meta.dirname, '..', path);
  writeFileSync(file, change(readFileSync(file, 'utf8')));
};

const enumOfNames = `"operation": { "enum": ${JSON.stringify(operationNames, null, 1).replace(/\s*\n\s*/g, ' ')} }`;

rewrite('docs/result.schema.json', (text) =>
  text.replace(/"operation": \{\s*"enum": \[[^\]]*\]\s*\}/, enumOfNames),
);
rewrite('README.md', (text) =>
  text.replace(
    /(<!-- operations -->\n)[\s\S]*?(\n<!-- \/operations -->)/,
    (_, begin, end) => `${begin}${operationsTable()}${end}`,
  ),
);
