import { describe, expect, it } from 'vitest';
import { functionsIn } from './support/function-lengths.ts';
import { LONG_FILES, LONG_FUNCTIONS } from './support/long-ones.ts';
import { findings, type Source, sourcesIn } from './support/sources.ts';

const all = [
  'shared',
  'functions',
  'local',
  'cli',
  'bench',
  'build',
  'clients/typescript/src',
  'test',
].flatMap((folder) => sourcesIn(folder));

/** The console's page, which the browser runs as it stands. */
const page = ['.js', '.css'].flatMap((ending) => sourcesIn('local/console/page', ending));
const scripts = page.filter(({ path }) => path.endsWith('.js'));

/** Comments that have lines of their own. */
const commentsIn = (text: string): readonly string[] =>
  text.match(/^ *\/\*[\s\S]*?\*\/|^ *\/\/.*$/gm) ?? [];

/** Lines to the last that says something. */
const lengthOf = ({ text }: Source): number => text.trimEnd().split('\n').length;

describe('files and functions stay small enough to read', () => {
  it('a file has at most 250 lines', () => {
    const long = [...all, ...page]
      .filter((source) => lengthOf(source) > 250)
      .map(({ path }) => path);
    expect(long.filter((path) => !LONG_FILES.includes(path))).toEqual([]);
  });

  it('a function has at most 40, with all that stands in it', () => {
    const long = [...all, ...scripts].flatMap(functionsIn).filter(({ lines }) => lines > 40);
    expect(
      long
        .filter(({ name }) => !LONG_FUNCTIONS.includes(name))
        .map(({ name, lines }) => `${name} has ${lines} lines`),
    ).toEqual([]);
  });

  it('only tests are longer for now', () => {
    const listed = [...LONG_FILES, ...LONG_FUNCTIONS];
    expect(listed.filter((name) => !name.startsWith('test/'))).toEqual([]);
  });

  it('and are named in kebab-case, with no drawer for odds and ends', () => {
    const odd = all.filter(({ path }) => {
      const name = path.split('/').at(-1) ?? '';
      return (
        !/^[a-z][a-z0-9-]*(\.test|\.config|\.d)?\.ts$/.test(name) ||
        /util|helper|manager|misc/.test(name)
      );
    });
    expect(odd.map(({ path }) => path)).toEqual([]);
  });
});

describe('comments name who acts', () => {
  it('none says nobody, everybody, somebody, anybody or whoever', () => {
    const found = all.flatMap(({ path, text }) =>
      commentsIn(text)
        .filter((comment) => /\b(no|every|some|any)body\b|\bwhoever\b/i.test(comment))
        .map((comment) => `${path}: ${comment}`),
    );
    expect(found).toEqual([]);
  });
});

describe('no rule is waived in passing', () => {
  it('no lint or type check is switched off', () => {
    const waived = all.filter(({ text }) =>
      /biome-ignore|@ts-(ignore|expect-error|nocheck)|eslint-disable/.test(text),
    );
    expect(waived.map(({ path }) => path)).toEqual(['test/style.test.ts']);
  });

  it('no test is skipped or preferred', () => {
    expect(findings(sourcesIn('test'), /\b(it|test|describe)\.(skip|only|todo|fails)\b/g)).toEqual(
      [],
    );
  });
});
