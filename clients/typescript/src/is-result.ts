import { isObject, isText } from './json.ts';
import {
  EVIDENCE,
  OPERATIONS,
  OUTCOMES,
  type Result,
  type ResultEvent,
  type ResultsEvent,
} from './schemas.ts';

type Check = (value: unknown) => boolean;

const oneOf =
  (list: readonly unknown[]): Check =>
  (value) =>
    list.includes(value);

const count =
  (least: number): Check =>
  (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least;

const all =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) && Object.entries(checks).every(([name, check]) => check(value[name]));

const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const hasFields = all({
  result_id: isText,
  outcome: oneOf(OUTCOMES),
  evidence: maybe(oneOf(EVIDENCE)),
  operation: oneOf(OPERATIONS),
  project_id: isText,
  job_id: isText,
  intent_id: isText,
  caller: isText,
  correlation_id: maybe(isText),
  error: maybe(all({ code: isText, message: isText })),
  superseded_by: maybe(isText),
  call: maybe(all({ id: isText, size: count(1), attempts: count(1) })),
  accepted_at: isText,
  settled_at: isText,
  queued_ms: count(0),
  upstream_ms: count(0),
  traceparent: maybe(isText),
  tracestate: maybe(isText),
});

/** What an outcome always comes with. */
const COMES_WITH: Readonly<Record<string, string>> = {
  delivered: 'evidence',
  rejected: 'error',
  superseded: 'superseded_by',
};

const isComplete = (result: Readonly<Record<string, unknown>>): boolean => {
  const field = COMES_WITH[String(result.outcome)];
  return field === undefined || result[field] !== undefined;
};

/** Whether a value is the result of one job: the `detail` of an event. Fields of later releases do no harm. */
export const isResult = (value: unknown): value is Result =>
  isObject(value) && hasFields(value) && isComplete(value);

const hasEnvelope = (value: unknown, detailType: string): value is { readonly detail: unknown } =>
  isObject(value) &&
  value.source === 'job-fanin' &&
  value['detail-type'] === detailType &&
  all({ version: isText, id: isText, account: isText, time: isText, region: isText })(value);

/** Whether a value is a result with EventBridge's envelope around it. */
export const isResultEvent = (value: unknown): value is ResultEvent =>
  hasEnvelope(value, 'Job Control Result') && isResult(value.detail);

/** Whether a value is a list of results with EventBridge's envelope around it. */
export const isResultsEvent = (value: unknown): value is ResultsEvent =>
  hasEnvelope(value, 'Job Control Results') &&
  isObject(value.detail) &&
  Array.isArray(value.detail.results) &&
  value.detail.results.length > 0 &&
  value.detail.results.every(isResult);

/** The results in an event of the bus, however many one event holds. None if it is no event of job-fanin. */
export const resultsIn = (event: unknown): readonly Result[] => {
  if (isResultEvent(event)) return [event.detail];
  return isResultsEvent(event) ? event.detail.results : [];
};
