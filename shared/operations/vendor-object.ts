import * as v from 'valibot';
import { closedObject } from '../json/closed-object.ts';
import { isObject } from '../json/json.ts';

/** Clients whose serialiser writes a field that was not set write it as null. */
const withoutNulls = (value: unknown): unknown =>
  isObject(value)
    ? Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null))
    : value;

/**
 * An object in the vendor's own request: these fields and no others, so that nothing which the call could not carry is
 * dropped in silence (promise P5). A field that is null, known or not, is absent.
 */
export const vendorObject = <const Entries extends v.ObjectEntries>(
  entries: Entries,
  message: string,
) => v.pipe(v.unknown(), v.transform(withoutNulls), closedObject(entries, message));
