import { isObject } from '../../shared/json/json.ts';
import { operations } from '../../shared/operations/index.ts';
import type { Way } from './entries.ts';
import type { Arrival } from './known-intents.ts';

/** What a request to the stack has become: accepted intents, a refusal, or nothing that concerns the console. */
export type Came =
  | { readonly kind: 'accepted'; readonly arrivals: readonly Arrival[] }
  | { readonly kind: 'refused'; readonly way: Way; readonly status: number };

const ROUTES = operations.map(({ name, method, path }) => ({
  name,
  method,
  pattern: new RegExp(`${path.replaceAll('.', '\\.').replace('{project_id}', '([^/]+)')}$`),
}));

/** Numbers may be rounded here: only texts and lengths are read. */
const parsed = (text: unknown): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(String(text));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
};

const receiptIn = (value: unknown, way: Way): readonly Arrival[] => {
  if (!isObject(value)) return [];
  const { intent_id, operation, project_id, job_count, accepted_at } = value;
  if (typeof intent_id !== 'string' || typeof accepted_at !== 'string') return [];
  const at = Date.parse(accepted_at);
  const [row, project] = [String(operation), String(project_id)];
  return [
    { way, intent_id, operation: row, project_id: project, job_count: Number(job_count), at },
  ];
};

/** Receipts: one, a list of them, or one that holds a list. */
const receiptsIn = (value: unknown, way: Way): readonly Arrival[] => {
  if (Array.isArray(value)) return value.flatMap((one) => receiptsIn(one, way));
  if (isObject(value) && Array.isArray(value.intents)) return receiptsIn(value.intents, way);
  return receiptIn(value, way);
};

const jobsIn = (body: Readonly<Record<string, unknown>>): number => {
  const listed = body.job_ids ?? body.jobs;
  return Array.isArray(listed) ? listed.length : 0;
};

/** What an HTTP request came to. Undefined if it was no wish: a status, a document, or an unknown path. */
export const readHttpArrival = (event: unknown, result: unknown, now: number): Came | undefined => {
  if (!isObject(event) || !isObject(result) || !isObject(event.requestContext)) return undefined;
  const { http } = event.requestContext;
  const [method, path] = isObject(http) ? [String(http.method), String(http.path)] : ['', ''];
  const route = ROUTES.find((one) => one.method === method && one.pattern.test(path));
  const isNative = method === 'POST' && /\/v1\/intents$/.test(path);
  if (!isNative && route === undefined && !/\/v1\/hooks\//.test(path)) return undefined;
  const way: Way = isNative ? 'native route' : route ? 'vendor route' : 'webhook';
  const status = Number(result.statusCode);
  if (status >= 400) return { kind: 'refused', way, status };
  if (route === undefined)
    return { kind: 'accepted', arrivals: receiptsIn(parsed(result.body), way) };
  const headers = isObject(result.headers) ? result.headers : {};
  const body = event.isBase64Encoded === true ? {} : parsed(event.body);
  const project = route.pattern.exec(path)?.[1] ?? '';
  const arrival = { way, intent_id: String(headers['x-intent-id'] ?? ''), at: now };
  const about = { operation: route.name, project_id: project, job_count: jobsIn(body) };
  return { kind: 'accepted', arrivals: [{ ...arrival, ...about }] };
};

/** What an event or an invocation came to. A rule's event has a type of its own. */
export const readEventArrival = (event: unknown, result: unknown): Came => {
  const way: Way = isObject(event) && 'detail-type' in event ? 'event' : 'invocation';
  return { kind: 'accepted', arrivals: receiptsIn(result, way) };
};
