import { errorText } from '../json/error-text.ts';
import type { Reply } from './reply.ts';

/** So much of a body is read for its first words. */
const READ = 1_000;

/** In UTF-16 code units: a reason is one line of a log, and goes into records and results. */
const LONGEST_WORDS = 100;
const LONGEST_REASON = 200;

const cut = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1).toWellFormed()}…` : text.toWellFormed();

const onOneLine = (text: string): string => text.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim();

const typeIn = (header = ''): string =>
  /^\s*([\w.+-]{1,30}\/[\w.+-]{1,30})\s*(?:;|$)/.exec(header)?.[1]?.toLowerCase() ?? '';

/**
 * What a reply looked like, in a short line: its status, its content type and its first words, with `remark` before them.
 * Law: what a body quotes of a header with a credential is blanked.
 */
export const likenessOf = (reply: Reply, remark?: string): string => {
  if (reply.kind === 'silent') return cut(onOneLine(reply.reason), LONGEST_REASON);
  const head = [reply.status, typeIn(reply.contentType)].filter((part) => part !== '').join(' ');
  const words = cut(onOneLine(errorText(reply.body.slice(0, READ))), LONGEST_WORDS);
  return [head, remark, words === '' ? 'an empty body' : words]
    .filter((part) => part !== undefined)
    .join(': ');
};
