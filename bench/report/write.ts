import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../', import.meta.url);

/** The pages that have blocks of figures. */
const PAGES = ['README.md', 'docs/figures.md'];

/**
 * Replaces what stands between `<!-- bench:name -->` and `<!-- /bench:name -->` on each page that has this block. Gives the
 * pages that it changed.
 */
export const writeBlock = (name: string, markdown: string): readonly string[] => {
  const block = new RegExp(`(<!-- bench:${name} -->\n)[\\s\\S]*?(<!-- /bench:${name} -->)`);
  return PAGES.filter((page) => {
    const file = fileURLToPath(new URL(page, ROOT));
    const text = readFileSync(file, 'utf8');
    if (!block.test(text)) return false;
    writeFileSync(
      file,
      text.replace(block, (_, begin, end) => `${begin}${markdown.trimEnd()}\n${end}`),
    );
    return true;
  });
};

/** Writes a picture into the docs. */
export const writePicture = (name: string, svg: string): void =>
  writeFileSync(fileURLToPath(new URL(`docs/${name}.svg`, ROOT)), svg);
