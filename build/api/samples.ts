import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, type JsonObject, parseJson } from '../../shared/json/json.ts';

const FOLDER = join(import.meta.dirname, '../../events/accept-http');

/** A request of a file under `events/accept-http`. */
export interface Sample {
  readonly name: string;
  readonly path: string;
  readonly body: JsonObject;
}

const objectIn = (text: string, file: string): JsonObject => {
  const parsed = parseJson(text);
  if (parsed.ok && isObject(parsed.value)) return parsed.value;
  throw new Error(`${file} holds no JSON object`);
};

/** Every request under `events/accept-http`, with exact ids. */
export const samples: readonly Sample[] = readdirSync(FOLDER)
  .toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
  .map((file) => {
    const { rawPath, body } = objectIn(readFileSync(join(FOLDER, file), 'utf8'), file);
    return {
      name: file.replace(/\.json$/, ''),
      path: String(rawPath),
      body: objectIn(String(body), file),
    };
  });

/** The samples for a path, as OpenAPI has its examples; nothing if there are none. */
export const examplesFor = (template: string): Readonly<Record<string, unknown>> => {
  const path = new RegExp(`^${template.replaceAll('.', '\\.').replace(/\{\w+\}/, '[^/]+')}$`);
  const found = samples.filter((sample) => path.test(sample.path));
  if (found.length === 0) return {};
  const examples = found.map(({ name, body }) => [
    name,
    { summary: `events/accept-http/${name}.json`, value: body },
  ]);
  return { examples: Object.fromEntries(examples) };
};
