import { isObject, type Json, parseLoosely } from '../json/json.ts';
import { denialIn } from './denial.ts';
import { type Blame, blameOf } from './error-codes.ts';
import { excerptOfReply } from './excerpt.ts';
import type { Replied, Reply, Unread, WireReply } from './reply.ts';
import {
  codeOf,
  elementsOf,
  isServices,
  type Rows,
  rowsOf,
  tellsOfJob,
  UNSPECIFIED,
} from './rows.ts';
import type { Intermediary, Says } from './says.ts';
import { servedAfter } from './served.ts';
import { blameOfIntermediary, isOfRoute, type Trouble, troubleOf } from './trouble.ts';

/**
 * Reads what came of a request. Law: it is the only place that parses and classifies a reply, and is called once for
 * each exchange; all questions that come later read its fields.
 */
export const readReply = (unread: Unread): Reply => {
  if (unread.kind !== 'replied') return unread;
  const parsed = parseLoosely(unread.body);
  return classifyReply(unread, parsed.ok ? parsed.value : null);
};

/** A reply whose JSON is known already, as that of a refusal which we have put into the gateway's words. */
export const classifyReply = (wire: WireReply, body: Json): Replied => {
  const { kind, status, retryAfter } = wire;
  const wait = retryAfter !== undefined && { retryAfter };
  return { kind, status, body, says: { ...classify(wire, body), ...wait } };
};

const classify = (wire: WireReply, body: Json): Says => {
  const { status } = wire;
  const found = rowsOf(body);
  const blame = isServices(status, body, found) ? undefined : blameOfIntermediary(status, body);
  const said = blame === undefined ? troublesIn(status, found) : new Set([troubleOf(blame)]);
  const [first] = said;
  const trouble = said.size === 1 ? first : undefined;
  const isOfAll = !found.isListed && found.rows.length === 1;
  const denial = isOfAll ? denialIn(status, found.rows[0]) : undefined;
  const intermediary = blame && intermediaryOf(wire, blame);
  return {
    ...(trouble !== undefined && {
      trouble,
      reason: intermediary?.reason ?? refusalIn(wire, found),
    }),
    isOfRoute: isOfRoute(trouble, status),
    isBadSignature: trouble === 'auth' && isBadSignature(status, body),
    showsService: said.has(undefined),
    isOfAll,
    ...(denial !== undefined && { denial }),
    ...(intermediary !== undefined && { intermediary }),
  };
};

/** What each row says: why all requests are refused, or, undefined, that the service works. */
const troublesIn = (status: number, { rows, isListed }: Rows): ReadonlySet<Trouble | undefined> =>
  new Set(
    rows.map((row) =>
      tellsOfJob(row, isListed) ? undefined : troubleOf(blameOf(status, codeOf(row))),
    ),
  );

/** Whether a refusal for want of authority is of the credential itself: by any code that says so, or at 401. */
const isBadSignature = (status: number, body: Json): boolean =>
  status === 401 || elementsOf(body).some((row) => blameOf(status, codeOf(row)) === 'signature');

const intermediaryOf = (wire: WireReply, blame: Blame): Intermediary => ({
  served: servedAfter(blame, wire.status),
  reason: excerptOfReply(wire, 'not a reply of the service'),
});

/** A refusal in a short line: the code and the words of its first row, or else how the wire begins. */
const refusalIn = (wire: WireReply, { rows: [row] }: Rows): string => {
  const code = codeOf(row);
  if (!isObject(row) || code === UNSPECIFIED) return excerptOfReply(wire);
  const { error_msg: words, error_message: others } = row;
  const text = [words, others].find((one) => typeof one === 'string');
  return excerptOfReply({
    status: wire.status,
    body: text ? `${code}: ${text}` : code,
  });
};
