import { isObject } from '../json/json.ts';
import { likenessOf } from './likeness.ts';
import { blameOfStranger, type Served, servedAfter } from './refusal.ts';
import type { Reply } from './reply.ts';
import { codeOf, isServices, jsonOf, rowsOf, UNSPECIFIED } from './rows.ts';

/** A reply that is no service's: what it leaves open of what was asked for, and what it looked like. */
export interface Stranger {
  readonly served: Served;
  readonly reason: string;
}

const NO_SERVICE = 'no reply of the service';

/** Undefined where a reply is a service's, or there is none. */
export const strangerIn = (reply: Reply): Stranger | undefined => {
  if (reply.kind === 'silent') return undefined;
  const { status } = reply;
  const body = jsonOf(reply.body);
  if (isServices(status, body)) return undefined;
  const served = servedAfter(blameOfStranger(status, body), status);
  return { served, reason: likenessOf(reply, NO_SERVICE) };
};

/** A reply as its first row has it, where that is an error: the code, then the words. */
const inItsWords = (reply: Reply): Reply => {
  if (reply.kind === 'silent') return reply;
  const [row] = rowsOf(jsonOf(reply.body));
  const code = codeOf(row);
  if (!isObject(row) || code === UNSPECIFIED) return reply;
  const { error_msg: words, error_message: others } = row;
  const text = [words, others].find((one) => typeof one === 'string');
  return { kind: 'replied', status: reply.status, body: text ? `${code}: ${text}` : code };
};

/** Why a reply refuses, in a short line without a secret. */
export const refusalIn = (reply: Reply): string =>
  strangerIn(reply)?.reason ?? likenessOf(inItsWords(reply));
