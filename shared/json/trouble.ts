import { errorText } from './error-text.ts';
import { MisconfiguredError } from './settings.ts';

/** What to do about a misconfiguration. A log line has it too, where the table is not at hand. */
export const MEND =
  'A setting, a secret or the table is wrong: `error` names each fault. Mend it. Deploy if it is a setting, or go back to the version before.';

/** Why a service of AWS, the ledger's file or a setting stopped us: the words of `reason` in log lines, and what to do. */
export const TROUBLES = {
  misconfigured: MEND,
  denied: 'The role lacks a right, or a key may not be used. Compare the role with the template.',
  throttled: 'There were too many requests. They are tried again.',
  missing: 'The queue, table, bus or secret is not there. Compare its name in the settings.',
  unreachable: 'There was no connection, or no answer in time.',
  refused: 'The service refused the request as it is.',
  unexpected: 'Anything else: see `error`.',
} as const;

export type Trouble = keyof typeof TROUBLES;

/** By the names that the SDK and Node give to errors, the first that fits. */
const NAMES: readonly (readonly [RegExp, Trouble])[] = [
  [
    /AccessDenied|NotAuthorized|UnrecognizedClient|InvalidClientToken|ExpiredToken|KMS|Credentials/i,
    'denied',
  ],
  [
    /Throttl|TooManyRequests|ThroughputExceeded|RequestLimitExceeded|SlowDown|OverLimit/i,
    'throttled',
  ],
  [/ResourceNotFound|NonExistentQueue|QueueDoesNotExist|NoSuch|ENOENT/i, 'missing'],
  [/Timeout|ECONN|ENOTFOUND|EAI_AGAIN|EPIPE|socket hang up|Networking|Abort/i, 'unreachable'],
  [/Invalid|Validation|Malformed|BadRequest|Unsupported/i, 'refused'],
];

const namesOf = (error: unknown): string =>
  error instanceof Error
    ? [error.name, 'code' in error ? error.code : '', error.message.slice(0, 100)].join(' ')
    : '';

const reasonOf = (error: unknown): Trouble => {
  if (error instanceof MisconfiguredError) return 'misconfigured';
  return NAMES.find(([names]) => names.test(namesOf(error)))?.[1] ?? 'unexpected';
};

/** What a log line says of an error: why in one word, and the error's own words. */
export const troubleOf = (
  error: unknown,
): { readonly reason: Trouble; readonly error: string } => ({
  reason: reasonOf(error),
  error: errorText(error),
});
