import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documents } from './api/documents.ts';

/** Writes the published documents. A test holds them against the code. */
for (const [path, text] of documents()) writeFileSync(join(import.meta.dirname, '..', path), text);
