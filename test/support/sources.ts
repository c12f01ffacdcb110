import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** One file of the project, by its path from the root, and what it imports: packages as named, files by path. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const IMPORT = /^(?:import|export)\b(?:[^;'=(]*?\bfrom)?\s+'([^']+)'|\bimport\(\s*'([^']+)'/gm;

const importsOf = (path: string, text: string): readonly string[] =>
  [...text.matchAll(IMPORT)]
    .map(([, name = '', lazy = '']) => name || lazy)
    .map((name) =>
      name.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(path), name)) : name,
    );

/** The files under a folder that end so: the TypeScript files, if nothing else is said. */
export const sourcesIn = (folder: string, ending = '.ts'): readonly Source[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))
    .map((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8');
      return { path, text, imports: importsOf(path, text) };
    });

/** A source without its comments and its strings, for rules on what the code does. */
export const codeOf = ({ text }: Source): string =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\/\/.*$/gm, '')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''");

export const readJson = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));

/** Code that a rule does not allow, as `file: code`. */
export const findings = (sources: readonly Source[], forbidden: RegExp): readonly string[] =>
  sources.flatMap((source) =>
    [...codeOf(source).matchAll(forbidden)].map(([code]) => `${source.path}: ${code}`),
  );
