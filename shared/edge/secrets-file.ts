import { readFile } from 'node:fs/promises';
import { MisconfiguredError } from '../json/settings.ts';

const NEVER_THERE: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read',
  EISDIR: 'is a folder',
};

/**
 * Reads a secret from a file at each call. Rejects with `MisconfiguredError` if it cannot be read. `setting` is the one that
 * names the file.
 */
export const makeFileSource =
  (file: string, setting = 'UPSTREAM_SECRETS_FILE') =>
  async (): Promise<string> => {
    try {
      return await readFile(file, 'utf8');
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      const fault = NEVER_THERE[code];
      if (fault === undefined) throw error;
      throw new MisconfiguredError(`Settings: ${setting} names a file that ${fault}`);
    }
  };
