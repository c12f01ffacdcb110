import { MisconfiguredError } from './settings.ts';

/** Names and codes that programs give to errors. Anything else may quote what could not be read. */
const NAME = /^[A-Z][A-Za-z]{0,50}(Error|Exception|Failure)$|^Error$/;
const CODE = /^E[A-Z]{2,14}$|^ERR(_[A-Z]{1,20}){1,5}$/;

/** What the log may say of an error that came with a secret. Its text may hold a part of the secret. */
export const errorName = (error: unknown): string => {
  if (error instanceof MisconfiguredError) return error.message;
  if (!(error instanceof Error)) return 'no reason given';
  const name = NAME.test(error.name) ? error.name : 'an error';
  return 'code' in error && CODE.test(String(error.code)) ? `${name} (${error.code})` : name;
};
