import { expect, test } from 'vitest';
import { sourcesIn } from '../support/sources.ts';

test('an error has its name where the bundle cannot change it, on the class and on itself', () => {
  const classes = [...sourcesIn('shared'), ...sourcesIn('functions')].flatMap(({ text }) =>
    [...text.matchAll(/class (\w+) extends Error \{((?:.*\n){3})/g)].map(
      ([, name = '', body = '']) => [name, body] as const,
    ),
  );
  expect(classes.length).toBeGreaterThan(5);
  for (const [name, body] of classes)
    expect(body).toBe(
      `\n  static override readonly name = '${name}';\n  override readonly name = '${name}';\n`,
    );
});
