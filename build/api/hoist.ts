import { isObject } from '../../shared/json/json.ts';
import type { JsonSchema } from '../../shared/json/wire-form.ts';
import { jsonText } from './json-text.ts';

/** Puts a reference in the place of each schema that is one of the named ones. */
export const hoist = (document: unknown, named: Readonly<Record<string, JsonSchema>>): unknown => {
  const names = new Map(Object.entries(named).map(([name, form]) => [jsonText(form), name]));
  const replace = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(replace);
    if (!isObject(value)) return value;
    const name = names.get(jsonText(value));
    return name === undefined
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replace(inner)]))
      : { $ref: `#/components/schemas/${name}` };
  };
  return replace(document);
};
