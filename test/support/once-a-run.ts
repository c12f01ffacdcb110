import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const VARIABLE = 'TEST_RUN_FOLDER';

/** The folder of this run of the tests. The first process that asks makes it, hands its name down, and removes it at its end. */
export const runFolder = (): string => {
  const given = process.env[VARIABLE];
  if (given !== undefined) return given;
  const folder = mkdtempSync(join(tmpdir(), 'job-fanin-tests-'));
  process.env[VARIABLE] = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** Makes a folder. False if it is there already. */
const isNew = (folder: string): Promise<boolean> =>
  mkdir(folder).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );

const POLL_MS = 50;

/**
 * A folder that one test makes and all tests of the run read: for what takes long to make and does not change. Law: a
 * folder under this name is whole. If making it fails, the next test that asks tries again.
 */
export const onceARun = async (
  name: string,
  make: (folder: string) => Promise<void>,
): Promise<string> => {
  const made = join(runFolder(), name);
  const part = `${made}.part`;
  for (;;) {
    if (existsSync(made)) return made;
    if (await isNew(part)) break;
    await sleep(POLL_MS);
  }
  try {
    // Another process may have finished it just before.
    if (!existsSync(made)) {
      await make(part);
      await rename(part, made);
    }
  } finally {
    await rm(part, { recursive: true, force: true });
  }
  return made;
};
