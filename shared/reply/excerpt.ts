import { errorText } from '../json/error-text.ts';

/** Only so much of a body is read for its first words. */
const READ = 1_000;

/** In UTF-16 code units. A reason is one line of a log, and goes into records and results. */
const LONGEST_WORDS = 100;
const LONGEST_REASON = 200;

const cut = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1).toWellFormed()}…` : text.toWellFormed();

const onOneLine = (text: string): string => text.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim();

const typeIn = (header = ''): string =>
  /^\s*([\w.+-]{1,30}\/[\w.+-]{1,30})\s*(?:;|$)/.exec(header)?.[1]?.toLowerCase() ?? '';

/** A reason in one short line. */
export const excerptOf = (reason: string): string => cut(onOneLine(reason), LONGEST_REASON);

/** What is shown of a reply. */
interface Seen {
  readonly status: number;
  readonly contentType?: string | undefined;
  readonly body: string;
}

/**
 * A reply in one short line: its status, its content type, a remark, and its first words. Law: a credential that a
 * body quotes from a header is blanked.
 */
export const excerptOfReply = ({ status, contentType, body }: Seen, remark?: string): string => {
  const head = [status, typeIn(contentType)].filter((part) => part !== '').join(' ');
  const words = cut(onOneLine(errorText(body.slice(0, READ))), LONGEST_WORDS);
  return [head, remark, words === '' ? 'an empty body' : words]
    .filter((part) => part !== undefined)
    .join(': ');
};
