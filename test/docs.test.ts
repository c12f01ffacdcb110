import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

/** As GitHub makes it of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

const anchorsOf = (page: string): readonly string[] =>
  [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

const linksOf = (page: string): readonly string[] =>
  [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^https?:/.test(target));

/** Where a link of a page leads, from the root; undefined if there is nothing. */
const isGood = (page: string, link: string): boolean => {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path));
  if (!existsSync(join(ROOT, target))) return false;
  return anchor === undefined || anchorsOf(target).includes(anchor);
};

/** Files of the project that a page names by their path from the root. */
const filesIn = (page: string): readonly string[] =>
  [...textOf(page).matchAll(/`((?:shared|functions|local|test|docs|build)\/[\w./-]+\.\w+)`/g)].map(
    ([, path = '']) => path,
  );

/** The rooms of `shared` that a table of files may name a file of by its name alone. */
const PLACES = ['', 'shared/', 'shared/control/', 'shared/reply/', 'shared/ledger/'];
const MORE_PLACES = ['shared/upstream/', 'shared/edge/', 'shared/intent/', 'shared/callers/'];

describe('the pages name what is there', () => {
  it.each(pages)('%s: each link leads somewhere', (page) => {
    expect(linksOf(page).filter((link) => !isGood(page, link))).toEqual([]);
  });

  it.each(pages)('%s: each file is there', (page) => {
    expect(filesIn(page).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('docs/architecture.md: also files that it names by their room, or by their name alone', () => {
    const named = [...textOf('docs/architecture.md').matchAll(/`([\w/-]+\.ts)`/g)];
    const missing = named
      .map(([, path = '']) => path)
      .filter((path) =>
        [...PLACES, ...MORE_PLACES].every((place) => !existsSync(join(ROOT, place + path))),
      );
    expect(named.length).toBeGreaterThan(30);
    expect(missing).toEqual([]);
  });
});

describe('docs/settings.md', () => {
  /** What the stack itself gives its functions. */
  const given = ['QUEUE_URL', 'DEAD_LETTER_QUEUE_URL', 'EVENT_BUS_NAME', 'LEDGER_FILE'];
  /** AWS's own, which docs/local.md tells about, and what is named after an operation. */
  const isElsewhere = (name: string): boolean =>
    /^(AWS_(?!ENDPOINT)|MAX_JOBS_PER_CALL_)/.test(name);

  it('has every setting that the functions, the embedded stack and the template read', () => {
    const schemas = [
      'shared/edge/control-config.ts',
      'shared/edge/accept-config.ts',
      'shared/edge/callers-config.ts',
      'build/osls/deploy-settings.ts',
      'local/settings.ts',
    ];
    const read = schemas.flatMap((file) => [...textOf(file).matchAll(/^ +([A-Z][A-Z_]+): /gm)]);
    const set = [...textOf('stages/dev.yml').matchAll(/^ +([A-Z][A-Z_]+): /gm)];
    const names = new Set([...read, ...set].map(([, name = '']) => name));
    const page = textOf('docs/settings.md');
    const missing = [...names].filter((name) => !page.includes(`\`${name}\``));
    expect(names.size).toBeGreaterThan(30);
    expect(missing.filter((name) => !given.includes(name) && !isElsewhere(name))).toEqual([]);
  });
});

describe('the pages can be read', () => {
  it('the README in a few minutes', () => {
    expect(textOf('README.md').split('\n').length).toBeLessThanOrEqual(150);
  });
});
