import * as v from 'valibot';
import { isObject } from './json.ts';

/**
 * Whether a key is not the caller's: tracers add `_datadog` to events that pass them, editors `$schema`. The sender
 * does not know of it and cannot leave it out (dd-trace-java PR 7613, datadog-lambda-extension PR 436).
 */
export const isAddedKey = (key: string): boolean => /^(?!__proto__$)[_$]/.test(key);

/**
 * An object with these fields and no others. Names every unknown field, and every other fault at once: the library's own
 * strict object stops at the first unknown field, and lets `constructor` pass. Keys that are passed over are in no fault
 * and not in the output.
 */
export const closedObject = <const Entries extends v.ObjectEntries>(
  entries: Entries,
  message: string,
  passesOver: (key: string) => boolean = isAddedKey,
): v.GenericSchema<unknown, v.InferOutput<v.ObjectSchema<Entries, undefined>>> => {
  const known = v.object(entries);
  return v.pipe(
    v.custom<object>(isObject, message),
    v.rawTransform(({ dataset: { value }, addIssue, NEVER }) => {
      const unknown = Object.keys(value).filter(
        (key) => !Object.hasOwn(entries, key) && !passesOver(key),
      );
      for (const key of unknown) {
        const item = { type: 'object', origin: 'key', input: {}, key, value: undefined } as const;
        addIssue({ message: 'is not a known field', path: [item] });
      }
      const read = v.safeParse(known, value);
      for (const { message, path, expected, received } of read.issues ?? [])
        addIssue({ message, received, ...(expected && { expected }), ...(path && { path }) });
      return read.success ? read.output : NEVER;
    }),
  );
};
