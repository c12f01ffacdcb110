import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJson } from '../support/sources.ts';

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'client-'));
const user = join(folder, 'user');

const TSC = join(ROOT, 'node_modules/.bin/tsc');

const run = (cwd: string, program: string, ...parameters: readonly string[]): string => {
  const PATH = `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}`;
  return execFileSync(program, parameters, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, PATH },
  });
};

/** A program that uses all of the client's types. */
const PROGRAM = `
import { createClient, type Intent, isResult, isResultEvent, ProblemError, type Result, resultsIn } from 'job-fanin-client';

const client = createClient({ url: 'http://127.0.0.1:9', token: async () => 't' });
const run: Intent = { operation: 'dli.run', project_id: 'p', jobs: ['1'], after: 'nightly' };
const stop: Intent = { operation: 'drs.stop', project_id: 'p', jobs: [{ job_id: 'a', pause_mode: 'all' }] };
export const submit = () => client.submit(run, { signal: new AbortController().signal });
export const { operation } = stop;

export const codeOf = (result: Result): string => {
  switch (result.outcome) {
    case 'rejected':
      return result.error.code;
    case 'delivered':
      return result.evidence;
    case 'superseded':
      return result.superseded_by;
    default:
      return result.error?.code ?? '';
  }
};

export const verdicts = async (id: string) =>
  (await client.settled(id)).jobs.map(({ outcome }) => outcome.length);

const event: unknown = { detail: {} };
if (isResultEvent(event)) codeOf(event.detail);
if (isResult(event)) codeOf(event);
resultsIn(event).map(codeOf);
export const typeOf = (error: unknown) => (error instanceof ProblemError ? error.type : undefined);
`;

/** Lines that do not compile: an id as a number, a stop that follows something, a task without pause_mode, an error that may be missing. */
const WRONG = [
  "import type { Intent, Result } from 'job-fanin-client';",
  "export const a: Intent = { operation: 'dli.run', project_id: 'p', jobs: [9223372036854775807] };",
  "export const b: Intent = { operation: 'dli.stop', project_id: 'p', jobs: ['1'], after: 'x' };",
  "export const c: Intent = { operation: 'drs.stop', project_id: 'p', jobs: ['a'] };",
  'export const d = (result: Result) => result.error.code;',
];

const tsconfig = (options: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({
    compilerOptions: { strict: true, noEmit: true, target: 'es2022', ...options },
    files: ['program.ts', 'wrong.ts'],
  });

beforeAll(() => {
  const source = join(folder, 'source');
  cpSync(join(ROOT, 'clients/typescript'), source, { recursive: true });
  rmSync(join(source, 'dist'), { recursive: true, force: true });
  run(source, 'npm', 'pack', '--silent', '--pack-destination', folder);
  const [archive = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  mkdirSync(user);
  writeFileSync(join(user, 'package.json'), '{"name":"user","private":true,"type":"module"}');
  run(user, 'npm', 'install', '--offline', '--no-audit', '--no-fund', join(folder, archive));
  writeFileSync(join(user, 'program.ts'), PROGRAM);
  writeFileSync(join(user, 'wrong.ts'), WRONG.join('\n'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the packed client, in the folder of a user', () => {
  it('holds what it runs by, and brings nothing else', () => {
    const names = readdirSync(join(user, 'node_modules/job-fanin-client'), { recursive: true });
    expect(
      readdirSync(join(user, 'node_modules')).filter((name) => name !== '.package-lock.json'),
    ).toEqual(['job-fanin-client']);
    expect(names).toContain('dist/index.js');
    expect(names).toContain('README.md');
    expect(names).toContain('LICENSE');
    expect(
      names.filter((name) => String(name).endsWith('.ts') && !String(name).endsWith('.d.ts')),
    ).toEqual([]);
  });

  it('runs', () => {
    const program = `
      import { createClient, isResult, OPERATIONS } from 'job-fanin-client';
      const fetch = async () => Response.json({ intent_id: 'i' }, { status: 202 });
      const client = createClient({ url: 'http://host', token: 't', fetch });
      const receipt = await client.submit({ operation: OPERATIONS[0], project_id: 'p', jobs: ['1'] });
      console.log(receipt.intent_id, isResult(receipt));`;
    expect(run(user, process.execPath, '--input-type=module', '-e', program)).toBe('i false\n');
  });

  it.each([
    ['nodenext', { module: 'nodenext', lib: ['es2022'], types: ['node'] }],
    [
      'bundler',
      { module: 'esnext', moduleResolution: 'bundler', lib: ['es2022', 'dom'], types: [] },
    ],
  ])('has its types with moduleResolution %s', (name, options) => {
    const typeRoots = [join(ROOT, 'node_modules/@types')];
    writeFileSync(join(user, `${name}.json`), tsconfig({ ...options, typeRoots }));
    const { stdout } = spawnSync(TSC, ['-p', `${name}.json`], { cwd: user, encoding: 'utf8' });
    const faulty = new Set(stdout.match(/^\S+\(\d+/gm));
    expect(faulty, stdout).toEqual(new Set([2, 3, 4, 5].map((line) => `wrong.ts(${line}`)));
  });

  it('has nothing that publint finds', async () => {
    const { messages } = await publint({
      pkgDir: join(user, 'node_modules/job-fanin-client'),
      strict: true,
    });
    expect(messages).toEqual([]);
  });
});

describe('the package', () => {
  const { version, license } = readJson('package.json');
  const own = readJson('clients/typescript/package.json');

  it('has the version and the licence of the service, and no dependency', () => {
    expect([own.version, own.license]).toEqual([version, license]);
    for (const field of ['dependencies', 'peerDependencies', 'optionalDependencies'])
      expect(own).not.toHaveProperty(field);
  });

  it('names its types before its code', () => {
    expect(Object.keys(own.exports['.'])).toEqual(['types', 'default']);
  });
});
