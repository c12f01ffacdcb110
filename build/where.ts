import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join } from 'node:path';

/**
 * `node build/where.ts <folder with source maps> index.mjs:1:52341 …`: for each place of a stack trace, file and line in the
 * source. Lines and columns count from 1, as in stack traces.
 */
const [folder = '', ...places] = process.argv.slice(2);

for (const place of places) {
  const [, file = '', line = '', column = ''] = /([^/\\]+):(\d+):(\d+)\)?$/.exec(place) ?? [];
  const map = new SourceMap(JSON.parse(readFileSync(join(folder, `${file}.map`), 'utf8')));
  const entry = map.findOrigin(Number(line), Number(column));
  const found = 'fileName' in entry ? `${entry.fileName}:${entry.lineNumber}` : 'not in the map';
  console.log(`${place} → ${found}`);
}
