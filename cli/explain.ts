import { CommanderError } from 'commander';
import { ProblemError, UnansweredError } from '../clients/typescript/src/errors.ts';
import { errorText } from '../shared/json/error-text.ts';
import { MisconfiguredError } from '../shared/json/settings.ts';
import { CommandError, EXIT, type Told } from './exit.ts';
import { reasonOf } from './text/reason.ts';

const BY_STATUS: Readonly<Record<number, string>> = {
  400: 'mend the request',
  401: 'set JOB_FANIN_TOKEN, or --token-file, to the token of a bearer caller',
  403: 'give this caller a grant of the operation and the project in the callers secret',
  404: 'check the id: it must be of an intent of this caller, not older than 14 days',
  422: 'the key was used for another request: leave --idempotency-key out, or take another one',
  501: 'check --url: it must be the address of job-fanin itself',
};

const ofProblem = (error: ProblemError): Told => ({
  exit: EXIT.refused,
  what: `${error.message} (${error.status})`,
  where: error.errors.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ') || undefined,
  remedy: BY_STATUS[error.status] ?? 'see docs/problems.md',
});

const ofSilence = (error: UnansweredError): Told => ({
  exit: EXIT.unanswered,
  what: `${error.message}: ${reasonOf(error.cause)}`,
  remedy: 'start the embedded stack with npm start, or name another with --url or --stack',
});

/** The names of AWS errors, their codes and first words, and what helps. */
const BY_NAME: readonly (readonly [RegExp, string])[] = [
  [
    /Credentials|ExpiredToken|UnrecognizedClient|InvalidClientToken|SSO/,
    'sign in to AWS: set AWS_PROFILE, or run aws sso login',
  ],
  [
    /AccessDenied|NotAuthorized|Forbidden/,
    'give this AWS user the permission that the message names: docs/command-line.md lists them',
  ],
  [
    /^ValidationError\b/,
    'check --stack and --region: aws cloudformation list-stacks shows the names',
  ],
  [/NonExistent|NotFound|DoesNotExist/, 'check --stack: a part of it is gone'],
  [/Timeout|ECONN|ENOTFOUND|EAI_AGAIN|NetworkingError/, 'check the network, a proxy, and --region'],
  [/Region (is missing|not accepted)/, 'set --region or AWS_REGION'],
];

/** Every error of an AWS client has its request's data beside it. */
const isOfAws = (error: Error): boolean =>
  '$metadata' in error ||
  /Credentials|Region (is missing|not accepted)/.test(`${error.name} ${error.message}`);

const CONNECTION = /ECONNREFUSED|ENOTFOUND|ECONNRESET|ETIMEDOUT|EAI_AGAIN|UND_ERR/;

/** `fetch` puts the error of the connection into the cause of its own. */
const isOfConnection = (error: unknown): error is Error =>
  error instanceof Error &&
  (error.name === 'TimeoutError' ||
    ('code' in error && CONNECTION.test(String(error.code))) ||
    isOfConnection(error.cause));

const ofConnection = (error: Error): Told => ({
  exit: EXIT.unanswered,
  what: reasonOf(error),
  remedy: 'check the address, the network, and a proxy on the way',
});

/** The message is no part of it: it may quote anything. */
const namesOf = (error: Error): string => {
  const code = 'code' in error ? String(error.code) : '';
  const isPlain = error.name === 'Error' && code === '';
  return [error.name, code, isPlain ? error.message : ''].join(' ').trim();
};

const ofAws = (error: Error): Told => ({
  exit: EXIT.aws,
  what: errorText(error),
  remedy:
    BY_NAME.find(([pattern]) => pattern.test(namesOf(error)))?.[1] ??
    'run job-fanin doctor with the same options',
});

/** What a person is told of an error. One that is a bug keeps its stack trace. */
export const explain = (error: unknown, signal: AbortSignal): Told => {
  if (signal.aborted) return { exit: EXIT.interrupted, what: 'interrupted' };
  if (error instanceof CommandError) return error.told;
  if (error instanceof CommanderError)
    return { exit: EXIT.usage, what: error.message.replace(/^error: /, '').replaceAll('\n', ' ') };
  if (error instanceof ProblemError) return ofProblem(error);
  if (error instanceof UnansweredError) return ofSilence(error);
  if (error instanceof MisconfiguredError)
    return { exit: EXIT.usage, what: error.message, remedy: 'mend the setting: docs/settings.md' };
  if (error instanceof Error && isOfAws(error)) return ofAws(error);
  if (isOfConnection(error)) return ofConnection(error);
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { exit: EXIT.bug, what, remedy: 'this is a bug: report it with this text' };
};
