import { errorText } from '../shared/json/error-text.ts';
import { MisconfiguredError } from '../shared/json/settings.ts';

/** Blames a setting for what could not be started with it: whoever set it reads one line, and no stack. */
export const blame =
  (setting: string) =>
  (cause: unknown): never => {
    throw new MisconfiguredError(`${setting} cannot be used: ${errorText(cause)}`, { cause });
  };
