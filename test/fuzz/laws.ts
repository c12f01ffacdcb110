import { parseJson } from '../../shared/json/json.ts';
import { SECRETS } from './callers.ts';
import type { Case } from './draw.ts';
import type { Outcome } from './room.ts';
import { isNamed } from './wire.ts';
import { asQueued, isGranted } from './wishes.ts';

/** A law that a request can break: says what is wrong, or nothing. */
type Law = (one: Case, outcome: Outcome) => string | undefined;

const isVendorPath = (path: string): boolean => /^\/(v1\.0|v2\.0|v3|v5)\//.test(path);

/** IAM is not asked about every wrong token. While it is left in peace, tokens that it may know get 503. */
const mayAskIam = ({ wire: { headers } }: Case): boolean =>
  headers.some((header) => isNamed('X-Auth-Token')(header) && header[1].length >= 100);

/** Only the queue fails in a fuzz, and only then may an answer say so. The vendor's other calls get 501. */
const noServerError: Law = (one, { status }) =>
  status < 500 || status === 501 || (status === 503 && (one.isQueueDown || mayAskIam(one)))
    ? undefined
    : `it was answered with ${status}`;

/** The one route that asks for no proof. */
const isOpen = ({ wire: { path } }: Case): boolean => path.includes('openapi.json');

const brokenIsRefused: Law = (one, { status, queued }) => {
  const { base, effect, callers } = one;
  const isWorthless = effect === 'breaks' || (base.due === 'unproved' && base.covers !== 'nothing');
  if (!isWorthless || callers.length > 1) return undefined;
  if (queued.length > 0) return 'what proves nothing was queued';
  return status < 400 && !isOpen(one) ? `what proves nothing got ${status}` : undefined;
};

const nothingUngranted: Law = ({ callers }, { queued }) => {
  for (const message of queued) {
    const caller = callers.find(({ id }) => id === message.caller);
    if (caller === undefined) return `a message of ${message.caller} was queued`;
    if (!isGranted(caller, message))
      return `queued without a grant of ${caller.id}: ${JSON.stringify(message)}`;
  }
  return undefined;
};

/** A signed request asks for what was signed, or for nothing. */
const onlyWhatWasSigned: Law = ({ base, callers }, { queued }) => {
  if (base.covers === 'nothing' || callers.length > 1) return undefined;
  const wish = asQueued(base.wish);
  const strange = queued.find(
    ({ operation, project_id, jobs }) =>
      operation !== wish.operation ||
      project_id !== wish.project_id ||
      jobs.some((job) => !wish.jobs.includes(job)),
  );
  return strange === undefined ? undefined : `not what was signed: ${JSON.stringify(strange)}`;
};

const refusedIsNotQueued: Law = (_, { status, queued }) =>
  status >= 400 && queued.length > 0 ? `queued, but answered with ${status}` : undefined;

const STATUS = { forbidden: 403, unproved: 401 } as const;

/** What was not changed in earnest has the answer that it is due. */
const dueIsDone: Law = ({ base, effect, isQueueDown }, { status, queued }) => {
  if (effect !== 'keeps' || (base.scheme === 'iam' && status === 503)) return undefined;
  if (base.due !== 'taken')
    return status === STATUS[base.due] ? undefined : `${base.due}, but answered with ${status}`;
  if (isQueueDown) return status === 503 ? undefined : `no queue, but answered with ${status}`;
  const wanted = asQueued(base.wish).jobs.toSorted().join();
  const had = queued.flatMap(({ jobs }) => jobs).toSorted();
  if (status >= 300) return `valid, but answered with ${status}`;
  return had.join() === wanted ? undefined : `valid, but ${had.length} jobs were queued`;
};

const keysOf = (value: object): string => Object.keys(value).toSorted().join();

const isVendorShape = (type: unknown, body: object): boolean =>
  type === 'application/json' && /^error_code,error_msg(,not_queued,queued)?$/.test(keysOf(body));

const isProblemShape = (type: unknown, body: object, status: number): boolean =>
  type === 'application/problem+json' &&
  /^detail,(errors,)?instance,(not_queued,queued,)?status,title,type$/.test(keysOf(body)) &&
  Reflect.get(body, 'status') === status;

/** The path may be any after a trick, so either shape will do then. */
const shapeFits: Law = ({ base, wire, mutations }, { status, headers, text }) => {
  if (status === 204) return text === '' ? undefined : 'a 204 has a body';
  const body = parseJson(text);
  if (!body.ok) return `the answer is no JSON: ${body.detail}`;
  if (!/^[0-9a-f-]{36}$/.test(String(headers['x-intent-id']))) return 'the answer has no id';
  if (status < 400) return undefined;
  const type = headers['content-type'];
  const fits = [
    isVendorShape(type, Object(body.value)),
    isProblemShape(type, Object(body.value), status),
  ];
  const isPlain = wire.path === base.wire.path && !mutations.includes('a spoilt event');
  const wanted = isPlain ? [fits[isVendorPath(wire.path) ? 0 : 1]] : fits;
  return wanted.includes(true) ? undefined : `${status} in another shape: ${text.slice(0, 300)}`;
};

/** Lambda's limit. A larger answer is lost, and its sender gets a 5xx. */
const LARGEST_ANSWER = 6 * 1024 * 1024;

const fitsLambda: Law = (_, { headers, text }) =>
  Buffer.byteLength(JSON.stringify({ headers, body: text })) < LARGEST_ANSWER
    ? undefined
    : 'the answer is larger than 6 MB';

const secret = new RegExp(
  SECRETS.map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'),
);

const noSecretSaid: Law = (_, { text, headers, lines }) =>
  secret.test([text, JSON.stringify(headers), ...lines].join('\n'))
    ? 'a secret is said'
    : undefined;

/** The operator learns of each refusal, in one line. */
const refusalIsLogged: Law = (_, { status, lines }) => {
  if (status !== 401 && status !== 403) return undefined;
  const refused = lines.filter((line) => line.includes('"message":"refused"'));
  return refused.length === 1 ? undefined : `${refused.length} lines tell of a ${status}`;
};

const LAWS: readonly Law[] = [
  noServerError,
  brokenIsRefused,
  nothingUngranted,
  onlyWhatWasSigned,
  refusedIsNotQueued,
  dueIsDone,
  shapeFits,
  fitsLambda,
  noSecretSaid,
  refusalIsLogged,
];

/** What of a refusal an outsider sees, whatever check it was. Its id is always new. */
const seen = ({ status, headers, text }: Outcome): string =>
  JSON.stringify({ status, headers, text }).replaceAll(String(headers['x-intent-id']), 'ID');

/** Judges outcomes. Remembers refusals, which must all look alike. */
export const makeJudge = () => {
  const refusals = new Map<string, string>();
  const alike: Law = ({ wire }, outcome) => {
    const { status, headers } = outcome;
    if (status !== 401 && status !== 403) return undefined;
    const isVendor = headers['content-type'] === 'application/json';
    const service = isVendor ? wire.path.slice(0, 4) : 'own';
    const shown = seen(outcome);
    const first = refusals.get(`${service} ${status}`) ?? shown;
    refusals.set(`${service} ${status}`, first);
    return first === shown ? undefined : `refusals differ: ${first} and ${shown}`;
  };
  return (one: Case, outcome: Outcome): readonly string[] =>
    [...LAWS, alike].flatMap((law) => law(one, outcome) ?? []);
};
