import type { Handled, handleBatches } from './batch.ts';
import type { Endpoint } from './endpoint.ts';
import type { Ending } from './faults.ts';
import type { Caller, Guard } from './guard.ts';
import { type makeIam, TOKENS_PATH } from './iam.ts';
import { listCatalog, listDomains, listProjects } from './iam-lists.ts';
import type { Jobs } from './jobs.ts';
import type { UpstreamLook } from './look.ts';
import type { Obstacles } from './obstacles.ts';
import { isDliId, jobDetail, noSuchJob } from './operations/dli/service.ts';
import { askedIds, listStatuses } from './operations/drs/service.ts';
import { endpoints } from './operations/index.ts';
import { gatewayError, type Reply } from './reply.ts';
import type { Request } from './request.ts';
import type { BehaviourKeeper } from './settings.ts';
import type { OperationName, Service } from './vocabulary.ts';

type Serve = (request: Request, project: string, id: string) => Handled;

export interface RouterParts {
  readonly behaviour: BehaviourKeeper;
  readonly jobs: Jobs;
  readonly guard: Guard;
  readonly obstacles: Obstacles;
  readonly handleBatch: ReturnType<typeof handleBatches>;
  readonly iam: ReturnType<typeof makeIam>;
  readonly now: () => number;
  readonly recordLook: (look: UpstreamLook) => void;
}

/** The end of what is neither a call nor a look, and is recorded as none. */
const ended = (ending: Ending, latencyMs: number): Handled => ({
  ending,
  latencyMs,
  answered: () => {},
});

const compile = (template: string): RegExp =>
  new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);

/** Finds what serves a request by its method and path, among the endpoints there are. */
export const makeRouter = (parts: RouterParts) => {
  const { behaviour, jobs, guard, obstacles, handleBatch, iam, now, recordLook } = parts;

  /** Every answer is held back, those of obstacles and of the guard too. */
  const latencyOf = (operation: OperationName | '*'): number =>
    behaviour.settingsOf(operation).latencyMs;

  /** The order of the gateway: an outage comes first, then credentials, then the rate. */
  const pass = (
    { operation, service }: { operation: OperationName | '*'; service: Service },
    request: Request,
    project: string,
  ) => {
    const outage = obstacles.outage(operation);
    if (outage !== undefined) return { obstacle: outage };
    const admission = guard.forProject(request, project);
    if (!admission.ok) return { refusal: admission.refusal };
    return { obstacle: obstacles.rate(operation, service, project) };
  };

  const batch =
    (endpoint: Endpoint): Serve =>
    (request, project) => {
      const { refusal, obstacle } = pass(endpoint, request, project);
      if (refusal !== undefined) return ended(refusal, latencyOf(endpoint.operation));
      const { headers, body } = request;
      return handleBatch(endpoint, { project, headers, body }, obstacle);
    };

  const look =
    (
      service: Service,
      idsIn: (request: Request, id: string) => readonly string[],
      answer: (request: Request, project: string, id: string) => Reply,
    ): Serve =>
    (request, project, id) => {
      const { refusal, obstacle } = pass({ operation: '*', service }, request, project);
      if (refusal !== undefined) return ended(refusal, latencyOf('*'));
      const record: UpstreamLook & { status: number | null } = {
        at: now(),
        service,
        project_id: project,
        job_ids: idsIn(request, id),
        status: null,
      };
      recordLook(record);
      const answered = (status: number): void => {
        record.status = status;
      };
      const ending = obstacle?.ending ?? answer(request, project, id);
      return { ending, latencyMs: latencyOf('*'), answered };
    };

  const detail = look(
    'dli',
    (_, id) => [id],
    (_, project, id) => {
      if (!isDliId(id) || behaviour.isMissing('dli', id)) return noSuchJob;
      const seen = jobs.look({ service: 'dli', project, id });
      return seen === undefined ? noSuchJob : jobDetail(id, seen);
    },
  );

  const statuses = look(
    'drs',
    ({ body }) => askedIds(body),
    ({ body }, project) =>
      listStatuses(body, (id) =>
        behaviour.isMissing('drs', id)
          ? undefined
          : jobs.look({ service: 'drs', project, id })?.status,
      ),
  );

  /** IAM lets callers in before it knows any project, and has no rate here. */
  const ofIam =
    (answer: (request: Request, caller: Caller) => Reply): Serve =>
    (request) => {
      const outage = obstacles.outage('*');
      if (outage !== undefined) return ended(outage.ending, latencyOf('*'));
      const admission = guard.forIam(request);
      const reply = admission.ok ? answer(request, admission.caller) : admission.refusal;
      return ended(reply, latencyOf('*'));
    };

  const login: Serve = (request) =>
    ended(obstacles.outage('*')?.ending ?? iam.issue(request), latencyOf('*'));

  const route = (method: string, template: string, serve: Serve) => ({
    method,
    pattern: compile(template),
    serve,
  });
  const routes = [
    ...endpoints.map((endpoint) => route(endpoint.method, endpoint.path, batch(endpoint))),
    route('GET', '/v1.0/{project}/streaming/jobs/{id}', detail),
    route('POST', '/v3/{project}/jobs/batch-status', statuses),
    route('POST', TOKENS_PATH, login),
    route('GET', TOKENS_PATH, ofIam(iam.show)),
    route('GET', '/v3/projects', ofIam(listProjects)),
    route('GET', '/v3/auth/domains', ofIam(listDomains)),
    route('GET', '/v3/auth/catalog', ofIam(listCatalog)),
  ];

  return (request: Request): Handled => {
    for (const { method, pattern, serve } of routes) {
      const match = method === request.method ? pattern.exec(request.path) : null;
      if (match) return serve(request, match.groups?.project ?? '', match.groups?.id ?? '');
    }
    return ended(
      gatewayError(
        404,
        'APIGW.0101',
        'The API does not exist or has not been published in the environment',
      ),
      latencyOf('*'),
    );
  };
};
