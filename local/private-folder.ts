import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unusable } from './unusable-setting.ts';

/**
 * A new folder that no other user can read, in `DATA_DIR` if there is one. An old folder would keep its mode, and a process
 * that has it open could read on, so it is replaced.
 */
export const makePrivateFolder = (dataDir: string | undefined, name: string): string => {
  if (dataDir === undefined) return mkdtempSync(join(tmpdir(), `job-fanin-${name}-`));
  const folder = join(dataDir, name);
  try {
    mkdirSync(dataDir, { recursive: true });
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { mode: 0o700 });
    return folder;
  } catch (error) {
    return unusable('DATA_DIR')(error);
  }
};
