const MARK = 'integer:';

/** A pattern that is the same in every dialect: `\d` also matches other digits in some of them. */
const plain = (key: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return `${MARK}${value}`;
  return key === 'pattern' && typeof value === 'string' ? value.replaceAll('\\d', '[0-9]') : value;
};

/** A document as JSON text, with integers beyond 2^53 exact (promise P9). */
export const jsonText = (document: unknown): string =>
  `${JSON.stringify(document, plain, 2).replaceAll(/"integer:(\d+)"/g, '$1')}\n`;
