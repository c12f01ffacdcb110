import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** A code block of a page: its language as the page tags it, and its text. */
export interface Block {
  readonly page: string;
  readonly language: string;
  readonly text: string;
}

export interface Page {
  readonly path: string;
  readonly text: string;
}

const pageAt = (path: string): Page => ({ path, text: readFileSync(join(ROOT, path), 'utf8') });

/** Every page for people: those at the root, and those of `docs/`. */
export const pages: readonly Page[] = ['.', 'docs'].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => pageAt(join(folder, name))),
);

/** The code blocks of a page, in its order. */
export const blocksOf = ({ path, text }: Page): readonly Block[] =>
  [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', code = '']) => ({
    page: path,
    language,
    text: code,
  }));

/** The commands of a shell block: continued lines are one command, and so is a quoted text over several lines. */
export const commandsIn = (block: Block): readonly string[] => {
  const commands: string[] = [];
  let open = '';
  for (const line of block.text.split('\n')) {
    open += open === '' ? line : `\n${line}`;
    const isQuoted = (open.match(/'/g)?.length ?? 0) % 2 === 1;
    if (isQuoted || open.endsWith('\\')) continue;
    if (open.trim() !== '' && !open.startsWith('#')) commands.push(open);
    open = '';
  }
  return commands;
};
