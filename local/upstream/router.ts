import type { IncomingHttpHeaders } from 'node:http';
import type { Handled, handleBatches } from './batch.ts';
import { dliRun, dliStop, isDliId, jobDetail, noSuchJob } from './dli.ts';
import { drsStart, listStatuses } from './drs.ts';
import type { Endpoint } from './endpoint.ts';
import type { Jobs } from './jobs.ts';
import { gatewayError, type Reply } from './reply.ts';
import type { BehaviourKeeper } from './settings.ts';

/** A request off the wire, its body read. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Serve = (request: Request, project: string, id: string) => Handled;

export interface RouterParts {
  readonly behaviour: BehaviourKeeper;
  readonly jobs: Jobs;
  readonly handleBatch: ReturnType<typeof handleBatches>;
}

/** Looks and refusals are answered at once, whatever is wrong with the batch endpoints, and are not recorded. */
const atOnce = (ending: Reply): Handled => ({ ending, latencyMs: 0, answered: () => {} });

const compile = (template: string): RegExp =>
  new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);

/** Finds what serves a request by its method and path, among the five endpoints there are. */
export const makeRouter = ({ behaviour, jobs, handleBatch }: RouterParts) => {
  const batch =
    (endpoint: Endpoint): Serve =>
    ({ headers, body }, project) =>
      handleBatch(endpoint, { project, headers, body });

  const detail: Serve = (_, project, id) =>
    atOnce(
      isDliId(id) && !behaviour.isMissing('dli', id)
        ? jobDetail(id, jobs.look({ service: 'dli', project, id }))
        : noSuchJob,
    );

  const statuses: Serve = ({ body }, project) =>
    atOnce(
      listStatuses(body, (id) =>
        behaviour.isMissing('drs', id) ? undefined : jobs.look({ service: 'drs', project, id }),
      ),
    );

  const route = (method: string, template: string, serve: Serve) => ({
    method,
    pattern: compile(template),
    serve,
  });
  const routes = [
    route('POST', '/v1.0/{project}/streaming/jobs/run', batch(dliRun)),
    route('POST', '/v1.0/{project}/streaming/jobs/stop', batch(dliStop)),
    route('GET', '/v1.0/{project}/streaming/jobs/{id}', detail),
    route('POST', '/v3/{project}/jobs/batch-starting', batch(drsStart)),
    route('POST', '/v3/{project}/jobs/batch-status', statuses),
  ];

  return (request: Request): Handled => {
    for (const { method, pattern, serve } of routes) {
      const match = method === request.method ? pattern.exec(request.path) : null;
      if (match) return serve(request, match.groups?.project ?? '', match.groups?.id ?? '');
    }
    return atOnce(
      gatewayError(
        404,
        'APIGW.0101',
        'The API does not exist or has not been published in the environment',
      ),
    );
  };
};
