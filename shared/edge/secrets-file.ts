import { readFile } from 'node:fs/promises';
import { MisconfiguredError } from '../json/settings.ts';

const NEVER_THERE: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read',
  EISDIR: 'is a folder',
};

/** Reads the credentials from a file at each call. Rejects with `MisconfiguredError` if it cannot be read. */
export const makeFileSource = (file: string) => async (): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const fault = NEVER_THERE[code];
    if (fault === undefined) throw error;
    throw new MisconfiguredError(`Settings: UPSTREAM_SECRETS_FILE names a file that ${fault}`);
  }
};
