import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The code of another commit, in a folder of its own. */
export interface Checkout {
  readonly name: string;
  readonly root: URL;
  readonly remove: () => void;
}

/**
 * Unpacks a commit into a temporary folder. It uses the packages that are installed here, so a commit that needs others does
 * not start.
 */
export const checkOut = (commit: string): Checkout => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-old-'));
  const name = execFileSync('git', ['rev-parse', '--short', `${commit}^{commit}`], { cwd: ROOT })
    .toString()
    .trim();
  const archive = execFileSync('git', ['archive', name], { cwd: ROOT, maxBuffer: 2 ** 28 });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return {
    name,
    root: pathToFileURL(`${folder}/`),
    remove: () => rmSync(folder, { recursive: true }),
  };
};
