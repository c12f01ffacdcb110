import * as v from 'valibot';

const RULE = 'must be an http or https URL without user, query or fragment';
const SHAPE =
  /^https?:\/\/([A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?\.?|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?(\/[^\s?#\\]*)?$/;

/**
 * Where a service is: a URL to which paths can be appended, so that a slash at its end is dropped. With a query or a
 * fragment they would be no paths, and a user's name or password is in its secret or nowhere.
 */
export const httpUrl = v.pipe(
  v.string(RULE),
  v.check((text) => SHAPE.test(text) && URL.canParse(text), RULE),
  v.transform((text) => text.replace(/\/+$/, '')),
);
