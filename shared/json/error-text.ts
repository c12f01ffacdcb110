const HIDDEN = '[secret]';

/** The deepest cause that is shown. Some errors are, by mistake, their own cause. */
const DEEPEST = 8;

/** Headers that hold credentials. Error messages about bad signatures quote them. */
const HEADER_LINE =
  /(authorization|x-(?:amz-security|auth|security|subject)-token)(["'\\]*[:=]\s*["'\\]*)(?:[\w-]+ )?[^\s,'"\\]+/gi;
const PARAMETER = /\b(Access|Credential|Signature)=[^\s,;'"\\&]+/g;

const withoutCredentials = (text: string): string =>
  text.replace(PARAMETER, `$1=${HIDDEN}`).replace(HEADER_LINE, `$1$2${HIDDEN}`);

const textOf = (error: unknown, depth: number): string => {
  if (!(error instanceof Error)) return String(error);
  const text = error.message ? `${error.name}: ${error.message}` : error.name;
  if (error.cause === undefined || depth === DEEPEST) return text;
  return `${text} (${textOf(error.cause, depth + 1)})`;
};

/**
 * The text of an error with its causes, without stack traces, for a log line. Law: a quoted header that holds a credential
 * appears by name only.
 */
export const errorText = (error: unknown): string => withoutCredentials(textOf(error, 0));
