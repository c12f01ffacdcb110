import { readFile } from 'node:fs/promises';

/** Two folders up from here, and from a function's bundle under `dist/`. */
const FILE = new URL('../../docs/openapi.json', import.meta.url);

/** The text of docs/openapi.json. Read at a request, so that it costs no cold start. Rejects if the file is missing. */
export const readOpenApi = (): Promise<string> => readFile(FILE, 'utf8');
