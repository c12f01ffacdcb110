import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SLOWEST } from './support/slowest-first.ts';
import { findings, readJson, type Source, sourcesIn } from './support/sources.ts';

const shared = sourcesIn('shared');
const functions = sourcesIn('functions');
const cli = sourcesIn('cli');

const isFile = (name: string): boolean =>
  /^(shared|functions|local|cli|clients|test|bench)\//.test(name);

/** The rooms of `shared`, each of which imports only those before it; see docs/architecture.md. */
const ROOMS = [
  'json',
  'batching',
  'reply',
  'operations',
  'intent',
  'ledger',
  'upstream',
  'callers',
  'accept',
  'control',
  'edge',
];

/** Rooms that stand side by side: the way in and the way out know nothing of each other. */
const APART = [['accept', 'control']];

const roomOf = (path: string): string => path.split('/')[1] ?? '';

const within = (sources: readonly Source[], start: string): readonly Source[] =>
  sources.filter(({ path }) => path.startsWith(start));
const edges = within(shared, 'shared/edge/');

/** Files that touch the outside, or wait for it; all others of `shared` are pure. */
const WITH_EFFECTS = [
  /^shared\/edge\//,
  /^shared\/(control|accept)\//,
  /^shared\/callers\/(admit|authenticate|iam-reply|iam-scheme|iam-tokens|kept-callers)\.ts$/,
  /^shared\/batching\/(join-calls|repeat-refused|slots)\.ts$/,
  /^shared\/ledger\/(join-reads|records|ledger|ledger-dynamodb(-list|-table|-read|-write)?|ledger-sqlite(-list)?|measured-ledger)\.ts$/,
  /^shared\/upstream\/(accounts|authorise|breakers|destination|exchange|fingerprints|lanes|line|loaded-breakers|logged-exchange|measured-send|pace|readied|request-breakers|send-once|shared-breaker|tokens|turns)\.ts$/,
  /^shared\/operations\/operation\.ts$/,
];
const pure = shared.filter(({ path }) => !WITH_EFFECTS.some((one) => one.test(path)));

/** Imports that a rule does not allow, as `file → import`. */
const strays = (
  sources: readonly Source[],
  allowed: (name: string, path: string) => boolean,
): readonly string[] =>
  sources.flatMap(({ path, imports }) =>
    imports.filter((name) => !allowed(name, path)).map((name) => `${path} → ${name}`),
  );

/** Packages without effects, which a pure core may stand on. */
const PURE = ['valibot', 'secure-json-parse'];

/** Hashes have no effect: the one file that makes them for the callers' proofs. */
const isHashing = (name: string, path: string): boolean =>
  name === 'node:crypto' && path === 'shared/callers/digest.ts';

/** What the loops may stand on besides: they wait and take turns, but touch nothing outside. */
const WAITING = ['p-limit', 'node:timers/promises'];

/** What edges share. */
const OF_EDGES = ['shared/edge/aws-endpoints.ts'];

/** Files of the command line that turn facts into words. */
const TELLING = /^cli\/(text|why)\/|^cli\/replay\/(choose-jobs|read-letter|replay-plan)\.ts$/;

/** Files of the command line that the console uses, so that both tell the same of a job and of a plan. */
const TOLD_ALIKE =
  /^cli\/(why\/|target\/(open-ledger|parts|read-breakers|read-job-facts)|input\/(job-id|plan-steps|read-request))/;

describe('the house has rooms by subject, and imports go one way', () => {
  it('each room is there, and none besides', () => {
    expect([...new Set(shared.map(({ path }) => roomOf(path)))].toSorted()).toEqual(
      ROOMS.toSorted(),
    );
    expect(pure.length).toBeGreaterThan(40);
  });

  it('a room imports only itself and those before it', () => {
    const mayImport = (name: string, path: string): boolean =>
      !isFile(name) || ROOMS.indexOf(roomOf(name)) <= ROOMS.indexOf(roomOf(path));
    expect(strays(shared, mayImport)).toEqual([]);
  });

  it('the way in and the way out import nothing of each other', () => {
    for (const pair of APART)
      for (const room of pair)
        expect(
          strays(
            within(shared, `shared/${room}/`),
            (name) => roomOf(name) === room || !isFile(name) || !pair.includes(roomOf(name)),
          ),
        ).toEqual([]);
  });

  it('callers knows requests and operations, and nothing of the ledger or the upstream', () => {
    const known = ['json', 'operations', 'intent', 'callers'];
    const mayImport = (name: string): boolean => !isFile(name) || known.includes(roomOf(name));
    expect(strays(within(shared, 'shared/callers/'), mayImport)).toEqual([]);
  });

  it('a pure file stands on packages without effects alone', () => {
    const mayImport = (name: string, path: string): boolean =>
      isFile(name) || PURE.includes(name) || isHashing(name, path);
    expect(strays(pure, mayImport)).toEqual([]);
  });

  it('outside the edges and the ledger’s adapters only what waits and takes turns is imported', () => {
    const inside = shared.filter(
      ({ path }) => !path.startsWith('shared/edge/') && !/ledger-(dynamodb|sqlite)/.test(path),
    );
    const mayImport = (name: string, path: string) =>
      isFile(name) || [...PURE, ...WAITING].includes(name) || isHashing(name, path);
    expect(strays(inside, mayImport)).toEqual([]);
  });

  it('edges do not import each other', () => {
    expect(
      strays(edges, (name) => roomOf(name) !== 'edge' || !isFile(name) || OF_EDGES.includes(name)),
    ).toEqual([]);
  });

  it('functions import only shared, and the wiring that several of them have', () => {
    expect(
      strays(functions, (name) => !isFile(name) || /^(shared|functions\/wiring)\//.test(name)),
    ).toEqual([]);
  });

  it('nothing below imports local or the command line, nor the tests', () => {
    expect(
      strays([...shared, ...functions], (name) => !/^(local|cli|clients|test|bench)\//.test(name)),
    ).toEqual([]);
    const mayImport = (name: string, path: string): boolean =>
      !/^(cli|test|bench)\//.test(name) ||
      (path.startsWith('local/console/') && TOLD_ALIKE.test(name));
    expect(strays(sourcesIn('local'), mayImport)).toEqual([]);
  });

  it('the command line imports the client and shared: it meets a stack over its wires alone', () => {
    const mayImport = (name: string): boolean =>
      !isFile(name) || /^(cli|shared|clients)\//.test(name);
    expect(cli.length).toBeGreaterThan(30);
    expect(strays(cli, mayImport)).toEqual([]);
  });

  it('what the command line writes is made by functions without effects', () => {
    const told = cli.filter(({ path }) => TELLING.test(path));
    expect(told.length).toBeGreaterThan(8);
    expect(
      findings(told, /\b(await|async|process|console|fetch)\b|\bDate\.now\b|\bnew Date\(\s*\)/g),
    ).toEqual([]);
  });
});

describe('what is pure is pure', () => {
  it('it waits for nothing', () => {
    expect(
      findings(
        pure,
        /\b(await|async|Promise\.|new Promise|setTimeout|setInterval|setImmediate)\b/g,
      ),
    ).toEqual([]);
  });

  it('it has no clock, no chance, no environment and no console', () => {
    // As a text, `process` is a word of the conventions for traces.
    expect(
      findings(
        pure,
        /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bprocess\b(?!')|\bconsole\b|\bcrypto\b|\bperformance\b/g,
      ),
    ).toEqual([]);
  });
});

describe('the environment is read in one place', () => {
  it('the functions hand it to the settings, nothing else in shared touches it', () => {
    expect(findings(shared, /\bprocess\.env\b/g)).toEqual([]);
  });
});

const tests = sourcesIn('test');

describe('test files of one worker share its modules', () => {
  it('a client that a file mocks is restored by it', () => {
    const mocking = tests.filter(({ text }) => /= mockClient\(/.test(text));
    expect(mocking.length).toBeGreaterThan(0);
    expect(mocking.filter(({ text }) => !/afterAll\(.*\.restore\(\)/.test(text))).toEqual([]);
  });

  it('a file that replaces a module runs in a process of its own', () => {
    const replacing = tests.filter(({ text }) => /^vi\.mock\(/m.test(text));
    const config = readFileSync(new URL('../vitest.config.ts', import.meta.url), 'utf8');
    const apart = /APART = \[(.*?)\]/s.exec(config)?.[1];
    expect(replacing.map(({ path }) => `'${path}'`)).toEqual([apart]);
  });
});

describe('the slowest test files start first', () => {
  it('each of the list is there', () => {
    const paths = tests.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(SLOWEST.map((name) => `test/${name}.test.ts`)));
  });
});

/** An archive of the sources has no history. */
const isCheckout = (): boolean => existsSync(new URL('../.git', import.meta.url));

const WORKFLOWS = new URL('../.github/workflows/', import.meta.url);

const workflows = readdirSync(WORKFLOWS).map((name) => ({
  name,
  text: readFileSync(new URL(name, WORKFLOWS), 'utf8'),
}));

describe('what is generated or installed is not kept', () => {
  it('git tracks nothing that it is told to ignore', () => {
    const command = ['ls-files', '--cached', '--ignored', '--exclude-standard'];
    expect(isCheckout() ? execFileSync('git', command, { encoding: 'utf8' }) : '').toBe('');
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

  it('every action of the workflows is pinned by its commit', () => {
    const used = workflows.flatMap(({ text }) => text.match(/uses: .*/g) ?? []);
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((line) => !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });
});
