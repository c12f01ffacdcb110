import * as v from 'valibot';
import { parseLoosely } from '../json/json.ts';

/** What the text of a record holds, by the schema. Undefined if this release does not know its version. */
export const readRecord = <Schema extends v.GenericSchema>(
  schema: Schema,
  text: string,
): v.InferOutput<Schema> | undefined => {
  const parsed = parseLoosely(text);
  if (!parsed.ok) return undefined;
  const read = v.safeParse(schema, parsed.value);
  return read.success ? read.output : undefined;
};
