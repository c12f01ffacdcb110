import { isObject, type Json } from './json.ts';

/** RFC 6901: empty for the whole document, or a slash before each name. */
export const POINTER_FORM = /^(?:\/(?:[^~/]|~[01])*)*$/;

export const LONGEST_POINTER = 1_000;

export const POINTER_RULE =
  'must be a JSON pointer: empty, or a slash before each name, as /labels/job_id';

export const isPointer = (text: unknown): text is string =>
  typeof text === 'string' && text.length <= LONGEST_POINTER && POINTER_FORM.test(text);

/** The names in a pointer. In a name, `~1` stands for a slash, and `~0` for a tilde. */
const namesIn = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));

const INDEX = /^(?:0|[1-9]\d{0,8})$/;

const isList = (value: unknown): value is readonly Json[] => Array.isArray(value);

const stepInto = (value: Json | undefined, name: string): Json | undefined => {
  if (isList(value)) return INDEX.test(name) ? value[Number(name)] : undefined;
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
};

/** The value at a pointer. Undefined if there is none. Ids stay exact (promise P9). */
export const valueAt = (document: Json, pointer: string): Json | undefined =>
  namesIn(pointer).reduce<Json | undefined>(stepInto, document);

/** A pointer as a URI fragment, as faults name their places. */
export const asFragment = (pointer: string): string =>
  `#${pointer
    .split('/')
    .map((name) => encodeURIComponent(name.toWellFormed()))
    .join('/')}`;
