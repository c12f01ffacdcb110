import type { JsonSchema } from '../../shared/json/wire-form.ts';
import { idHeaders } from './responses.ts';
import { examplesFor } from './samples.ts';

/** A reference to a component of the document. */
export const ref = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` });

export const refOf = (name: string) => ref('schemas', name);

/** A JSON body, with the samples for its path. */
export const bodyOf = (schema: JsonSchema, path: string) => ({
  required: true,
  description: 'Less than 1,000,000 bytes.',
  content: { 'application/json': { schema, ...examplesFor(path) } },
});

/** An answer in JSON, with more headers than every answer has. */
export const success = (description: string, name: string, ...more: readonly string[]) => ({
  description,
  headers: {
    ...idHeaders,
    ...Object.fromEntries(more.map((header) => [header, ref('headers', header)])),
  },
  content: { 'application/json': { schema: refOf(name) } },
});
