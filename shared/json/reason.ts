const HIDDEN = '[secret]';

/** Causes of causes, of which some go round in circles. */
const DEEPEST = 8;

/** Headers that let in who knows them, as errors about bad signatures quote them. */
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
 * What an error says, with its causes and without its stack: fit for a log line. Law: of a header with a credential
 * that it quotes the name alone is said.
 */
export const reasonOf = (error: unknown): string => withoutCredentials(textOf(error, 0));
