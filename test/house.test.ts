import { describe, expect, it } from 'vitest';
import { codeOf, readJson, type Source, sourcesIn } from './support/sources.ts';

const shared = sourcesIn('shared');
const functions = sourcesIn('functions');

const isFile = (name: string): boolean => /^(shared|functions|local|test|bench)\//.test(name);
const within = (sources: readonly Source[], start: string): readonly Source[] =>
  sources.filter(({ path }) => path.startsWith(start));
const core = within(shared, 'shared/core/');
const edges = within(shared, 'shared/edge/');
const loops = shared.filter(({ path }) =>
  /^shared\/((accept|control|upstream)\/)?[^/]+\.ts$/.test(path),
);

/** Imports that a rule does not allow, as `file → import`. */
const strays = (
  sources: readonly Source[],
  allowed: (name: string, path: string) => boolean,
): readonly string[] =>
  sources.flatMap(({ path, imports }) =>
    imports.filter((name) => !allowed(name, path)).map((name) => `${path} → ${name}`),
  );

/** Code that a rule does not allow, as `file: code`. */
const findings = (sources: readonly Source[], forbidden: RegExp): readonly string[] =>
  sources.flatMap((source) =>
    [...codeOf(source).matchAll(forbidden)].map(([code]) => `${source.path}: ${code}`),
  );

/** Packages without effects, which a pure core may stand on. */
const PURE = ['valibot', 'secure-json-parse'];

/** What the loops may stand on besides: they wait and take turns, but touch nothing outside. */
const WAITING = ['p-limit', 'node:timers/promises'];

const named = (sources: readonly Source[]): readonly string[] =>
  sources.map(({ path }) => path.split('/').at(-1)?.replace('.ts', '') ?? '');

describe('the house has four floors, and imports go downwards', () => {
  it('the rooms are there', () => {
    for (const room of [core, edges, loops, functions]) expect(room.length).toBeGreaterThan(2);
    expect(core.flatMap(({ imports }) => imports)).toContain('valibot');
    expect(core.flatMap(({ imports }) => imports)).toContain('shared/core/operations/index.ts');
  });

  it('the ledger has a room on each', () => {
    const records = ['ledger', 'job-record', 'part-record', 'judge', 'ranges', 'effects'];
    const steps = ['part', 'weigh', 'claim', 'carry-out', 'report', 'conclude', 'look', 'gates'];
    expect(named(core)).toEqual(expect.arrayContaining(records));
    expect(named(loops)).toEqual(expect.arrayContaining([...steps, 'book', 'control']));
    expect(named(edges)).toEqual(expect.arrayContaining(['ledger-dynamodb', 'ledger-sqlite']));
  });

  it('core imports only core, and packages without effects', () => {
    expect(
      strays(core, (name) =>
        isFile(name) ? name.startsWith('shared/core/') : PURE.includes(name),
      ),
    ).toEqual([]);
  });

  it('accept, control and upstream import core and each other, and no edge', () => {
    expect(
      strays(loops, (name) =>
        isFile(name)
          ? /^shared\/(core|accept|control|upstream)\//.test(name) ||
            /^shared\/[^/]+\.ts$/.test(name)
          : [...PURE, ...WAITING].includes(name),
      ),
    ).toEqual([]);
  });

  it('edges import core, what repeats and what joins, and not each other', () => {
    expect(
      strays(
        edges,
        (name) =>
          !isFile(name) ||
          name.startsWith('shared/core/') ||
          ['shared/edge/repeat-refused.ts', 'shared/edge/join-calls.ts'].includes(name),
      ),
    ).toEqual([]);
  });

  it('functions import only shared', () => {
    expect(strays(functions, (name) => !isFile(name) || name.startsWith('shared/'))).toEqual([]);
  });

  it('nothing below imports local, nor the tests', () => {
    expect(
      strays([...shared, ...functions], (name) => !/^(local|test|bench)\//.test(name)),
    ).toEqual([]);
    expect(strays(sourcesIn('local'), (name) => !/^(test|bench)\//.test(name))).toEqual([]);
  });
});

describe('core is pure', () => {
  it('it waits for nothing', () => {
    expect(
      findings(
        core,
        /\b(await|async|Promise\.|new Promise|setTimeout|setInterval|setImmediate)\b/g,
      ),
    ).toEqual([]);
  });

  it('it has no clock, no chance, no environment and no console', () => {
    expect(
      findings(
        core,
        /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bprocess\b|\bconsole\b|\bcrypto\b|\bperformance\b/g,
      ),
    ).toEqual([]);
  });
});

describe('the environment is read in one place', () => {
  it('the functions hand it to the settings, nothing else in shared touches it', () => {
    expect(findings(shared, /\bprocess\.env\b/g)).toEqual([]);
  });
});

describe('files stay small enough to read', () => {
  it('at most 250 lines', () => {
    const long = [...shared, ...functions].filter(({ text }) => text.split('\n').length > 250);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it('and are named in kebab-case, with no drawer for odds and ends', () => {
    const all = [...shared, ...functions, ...sourcesIn('local'), ...sourcesIn('test')];
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

describe('no rule is waived in passing', () => {
  const all = [...shared, ...functions, ...sourcesIn('local'), ...sourcesIn('test')];

  it('no lint or type check is switched off', () => {
    const waived = all.filter(({ text }) =>
      /biome-ignore|@ts-(ignore|expect-error|nocheck)|eslint-disable/.test(text),
    );
    expect(waived.map(({ path }) => path)).toEqual(['test/house.test.ts']);
  });

  it('no test is skipped or preferred', () => {
    expect(findings(sourcesIn('test'), /\b(it|test|describe)\.(skip|only|todo|fails)\b/g)).toEqual(
      [],
    );
  });
});

describe('what is installed is what was tried', () => {
  it('every version is exact', () => {
    const { dependencies, devDependencies, optionalDependencies } = readJson('package.json');
    const versions: readonly [string, string][] = Object.entries({
      ...dependencies,
      ...devDependencies,
      ...optionalDependencies,
    });
    expect(versions.length).toBeGreaterThan(10);
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });
});
