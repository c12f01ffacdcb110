import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020.js';

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../docs/result.schema.json'), 'utf8'),
);

/** RFC 9562, RFC 3339; in tests, an id may be any word. */
const formats = { uuid: /\S/, 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ };

const isBySchema = new Ajv.default({ strict: true, strictRequired: false, formats }).compile(
  schema,
);

/** What is wrong with the detail of a result event as it goes over the wire, by the schema that is published. */
export const schemaFaultsOf = (detail: unknown): readonly string[] =>
  isBySchema(JSON.parse(JSON.stringify(detail)))
    ? []
    : (isBySchema.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
