export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isText = (value: unknown): value is string => typeof value === 'string';

export const textOf = (value: unknown): string | undefined => (isText(value) ? value : undefined);

/** JSON, or undefined if the text is none. */
export const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const exact = (_key: string, value: unknown): unknown => {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  throw new TypeError('A number that JavaScript cannot hold exactly: give ids as strings');
};

/** JSON of what a caller gives. Throws a `TypeError` for a number that JavaScript has rounded already. */
export const write = (value: unknown): string => JSON.stringify(value, exact);
