import { readVendorRequest } from '../intent/vendor-request.ts';
import { operations } from '../operations/index.ts';
import type { Language, Operation } from '../operations/operation.ts';
import { serviceOf } from '../operations/services.ts';
import { type Form, type IntentRouteEdges, intentRoute, isSettled } from './intent-route.ts';
import { asProblemDetails, asVendorError, blankProblem, type Problem } from './problem.ts';
import { readNativeBody, repeatOfEvent } from './read-native-body.ts';
import { receiptOf } from './receipt.ts';
import type { Route, TellProblem } from './route.ts';
import { type StatusRouteEdges, statusRoute } from './status-route.ts';
import { asAnswer, refusalsIn } from './tell-status.ts';

/** Never 404 or 405: the vendor's clients take those for a deleted job. */
const notOffered = blankProblem(
  501,
  `Of the vendor's calls job-fanin offers ${operations.map(({ method, path }) => `${method} ${path}`).join(', ')}. Send all others to the vendor.`,
);

const isUnrouted = ({ status }: Problem): boolean => status === 404 || status === 405;

/** Alertmanager repeats a delivery after 5xx alone: https://github.com/prometheus/alertmanager/blob/main/notify/util.go */
const asHookTells = (problem: Problem, path: string): Problem =>
  path.startsWith('/v1/hooks/') && [409, 429].includes(problem.status)
    ? { ...problem, status: 503 }
    : problem;

/**
 * Paths under the vendor's prefixes answer in the vendor's error shape, all others in that of RFC 9457. On a hook, what
 * passes with time is 503.
 */
export const tellProblem: TellProblem = (problem, path, intentId) => {
  const service = serviceOf(path);
  return service === undefined
    ? asProblemDetails(asHookTells(problem, path), `urn:uuid:${intentId}`)
    : asVendorError(isUnrouted(problem) ? notOffered : problem, service);
};

export interface RoutesEdges extends IntentRouteEdges, StatusRouteEdges {}

/** One drop-in route per operation, at the vendor's path, the native route, and that of the status. */
export const makeRoutes = (edges: RoutesEdges): readonly Route[] => [
  ...operations.map((row) => intentRoute(row, edges, vendorForm(row))),
  intentRoute({ method: 'POST', path: '/v1/intents' }, edges, NATIVE),
  statusRoute(edges),
];

/** The vendor's answer. After a wait, it says of each refused job that it was refused. */
const vendorForm = (row: Operation): Form => ({
  read: (body, { params }) => readVendorRequest(row, params.project_id, body),
  confirm: ({ request, read }, { headers }) => {
    const refusals = refusalsIn(read);
    return row.answer(request.jobs, languageOf(headers['x-language']), (job) => refusals.get(job));
  },
});

const NATIVE: Form = {
  read: readNativeBody,
  repeatOf: repeatOfEvent,
  confirm: ({ intent, read }) =>
    isSettled(read) ? asAnswer(read.status) : { status: 202, body: receiptOf(intent) },
};

const languageOf = (header = ''): Language => (/^zh/i.test(header) ? 'zh-cn' : 'en-us');
