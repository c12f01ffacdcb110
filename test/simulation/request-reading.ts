import { endpoints } from '../../local/upstream/operations/index.ts';
import { isObject, type Json, type JsonObject, parseJson } from '../../shared/json/json.ts';
import type { OperationName, UpstreamRequest } from '../../shared/operations/operation.ts';
import type { Options } from './chronicle.ts';

/** A request as the upstream understands it: ids digit for digit. */
export type Understood =
  | {
      readonly kind: 'batch';
      readonly operation: OperationName;
      readonly project: string;
      readonly options: Options;
      readonly jobs: readonly { readonly id: string; readonly options: Options }[];
    }
  | {
      readonly kind: 'look';
      readonly service: 'dli' | 'drs';
      readonly project: string;
      readonly ids: readonly string[];
    }
  | {
      readonly kind: 'list';
      readonly service: 'dli';
      readonly project: string;
      readonly offset: number;
    };

/** A request with its body as it went out. */
type Sent = Pick<UpstreamRequest, 'method' | 'path'> & { readonly body: string | undefined };

const bodyOf = ({ body = '' }: Sent): { readonly [key: string]: Json } => {
  const parsed = parseJson(body);
  if (!parsed.ok || !isObject(parsed.value)) throw new Error(`the upstream cannot read ${body}`);
  return parsed.value;
};

/** Options as they were written: texts and flags. Throws on anything else, which no operation has. */
export const optionsIn = (object: JsonObject): Options =>
  Object.fromEntries(
    Object.entries(object).map(([name, value]) => {
      if (typeof value === 'string' || typeof value === 'boolean') return [name, value] as const;
      throw new Error(`${name} is no option: ${JSON.stringify(value)}`);
    }),
  );

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

const batchOf = (operation: OperationName, project: string, request: Sent): Understood => {
  const { job_ids: ids, jobs, ...options } = bodyOf(request);
  const own = listOf(jobs).map((job) => {
    const { job_id: id, ...rest } = isObject(job) ? job : { job_id: job };
    return { id: String(id), options: optionsIn(rest) };
  });
  const bare = listOf(ids).map((id) => ({ id: String(id), options: {} }));
  return {
    kind: 'batch',
    operation,
    project,
    options: optionsIn(options),
    jobs: [...bare, ...own],
  };
};

const templates = endpoints.map(({ operation, method, path }) => ({
  operation,
  method,
  pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace('{project}', '([^/]+)')}$`),
}));

/** Reads a request by its path. Throws on what neither service knows: the code must never send it. */
export const understand = (request: Sent): Understood => {
  for (const { operation, method, pattern } of templates) {
    const [, project] = pattern.exec(request.path) ?? [];
    if (project !== undefined && method === request.method)
      return batchOf(operation, project, request);
  }
  const [, version, project = '', third, fourth, fifth] = request.path.split('/');
  const isLook = version === 'v1.0' && third === 'streaming' && fourth === 'jobs';
  if (request.method === 'GET' && isLook && fifth !== undefined)
    return { kind: 'look', service: 'dli', project, ids: [fifth] };
  const [, offset] = /^jobs\?limit=100&offset=(\d+)&order=asc$/.exec(fourth ?? '') ?? [];
  if (version === 'v1.0' && third === 'streaming' && offset !== undefined)
    return { kind: 'list', service: 'dli', project, offset: Number(offset) };
  if (version === 'v3' && third === 'jobs' && fourth === 'batch-status')
    return { kind: 'look', service: 'drs', project, ids: listOf(bodyOf(request).jobs).map(String) };
  throw new Error(`the upstream knows no ${request.method} ${request.path}`);
};
