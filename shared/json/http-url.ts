import * as v from 'valibot';

const RULE = 'must be an http or https URL without user, query or fragment';
const SHAPE =
  /^https?:\/\/([A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?\.?|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?(\/[^\s?#\\]*)?$/;

/**
 * A service's base URL. Paths are appended to it: so the final slash is removed, and a query or a fragment is refused. A
 * user name or password is refused too, since credentials belong in the secret alone.
 */
export const httpUrl = v.pipe(
  v.string(RULE),
  v.check((text) => SHAPE.test(text) && URL.canParse(text), RULE),
  v.transform((text) => text.replace(/\/+$/, '')),
);
