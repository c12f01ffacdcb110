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

/** An answer in JSON. */
export const success = (description: string, name: string) => ({
  description,
  headers: idHeaders,
  content: { 'application/json': { schema: refOf(name) } },
});
