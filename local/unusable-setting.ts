import { errorText } from '../shared/json/error-text.ts';
import { MisconfiguredError } from '../shared/json/settings.ts';

/** Turns what went wrong into an error of the setting that caused it. The user then reads one line, without a stack trace. */
export const unusable =
  (setting: string) =>
  (cause: unknown): never => {
    throw new MisconfiguredError(`${setting} cannot be used: ${errorText(cause)}`, { cause });
  };
