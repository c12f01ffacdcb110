import type { Handled, handleBatches } from './batch.ts';
import type { Endpoint } from './endpoint.ts';
import type { Ending } from './faults.ts';
import type { Caller, Guard } from './guard.ts';
import { type makeIam, TOKENS_PATH } from './iam.ts';
import { listCatalog, listDomains, listProjects } from './iam-lists.ts';
import type { Jobs } from './jobs.ts';
import type { UpstreamLook } from './look.ts';
import type { Obstacles } from './obstacles.ts';
import { askedPage, jobPage, noSuchPage, pageOf } from './operations/dli/list.ts';
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

/** Every answer is held back, whatever it says and whichever part gives it. */
const latencyOf = ({ behaviour }: RouterParts, operation: OperationName | '*'): number =>
  behaviour.settingsOf(operation).latencyMs;

/** The order of the gateway: an outage comes first, then credentials, then the rate. */
const pass = (
  { obstacles, guard }: RouterParts,
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

const serveBatch =
  (parts: RouterParts, endpoint: Endpoint): Serve =>
  (request, project) => {
    const { refusal, obstacle } = pass(parts, endpoint, request, project);
    if (refusal !== undefined) return ended(refusal, latencyOf(parts, endpoint.operation));
    const { headers, body } = request;
    return parts.handleBatch(endpoint, { project, headers, body }, obstacle);
  };

/** How one service shows the state of jobs. */
interface LookEndpoint {
  readonly service: Service;
  readonly idsIn: (request: Request, project: string, id: string) => readonly string[];
  readonly answer: (request: Request, project: string, id: string) => Reply;
}

const serveLook =
  (parts: RouterParts, { service, idsIn, answer }: LookEndpoint): Serve =>
  (request, project, id) => {
    const { refusal, obstacle } = pass(parts, { operation: '*', service }, request, project);
    if (refusal !== undefined) return ended(refusal, latencyOf(parts, '*'));
    const record: UpstreamLook & { status: number | null } = {
      at: parts.now(),
      service,
      project_id: project,
      job_ids: idsIn(request, project, id),
      status: null,
    };
    parts.recordLook(record);
    const answered = (status: number): void => {
      record.status = status;
    };
    const ending = obstacle?.ending ?? answer(request, project, id);
    return { ending, latencyMs: latencyOf(parts, '*'), answered, look: record };
  };

const detailOf = ({ behaviour, jobs }: RouterParts): LookEndpoint => ({
  service: 'dli',
  idsIn: (_request, _project, id) => [id],
  answer: (_, project, id) => {
    if (!isDliId(id) || behaviour.isMissing('dli', id)) return noSuchJob;
    const seen = jobs.look({ service: 'dli', project, id });
    return seen === undefined ? noSuchJob : jobDetail(id, seen);
  },
});

const listOf = ({ behaviour, jobs }: RouterParts): LookEndpoint => {
  const jobsIn = (project: string) =>
    jobs.list('dli', project).filter(({ id }) => !behaviour.isMissing('dli', id));
  return {
    service: 'dli',
    idsIn: ({ query }, project) => {
      const page = askedPage(query);
      return page === undefined ? [] : pageOf(jobsIn(project), page).map(({ id }) => id);
    },
    answer: ({ query }, project) => {
      const page = askedPage(query);
      const all = jobsIn(project);
      return page === undefined ? noSuchPage : jobPage(all.length, pageOf(all, page));
    },
  };
};

const statusesOf = ({ behaviour, jobs }: RouterParts): LookEndpoint => ({
  service: 'drs',
  idsIn: ({ body }) => askedIds(body),
  answer: ({ body }, project) =>
    listStatuses(body, (id) =>
      behaviour.isMissing('drs', id)
        ? undefined
        : jobs.look({ service: 'drs', project, id })?.status,
    ),
});

/** IAM admits callers before it knows any project, and has no rate here. */
const serveIam =
  (parts: RouterParts, answer: (request: Request, caller: Caller) => Reply): Serve =>
  (request) => {
    const outage = parts.obstacles.outage('*');
    if (outage !== undefined) return ended(outage.ending, latencyOf(parts, '*'));
    const admission = parts.guard.forIam(request);
    const reply = admission.ok ? answer(request, admission.caller) : admission.refusal;
    return ended(reply, latencyOf(parts, '*'));
  };

const serveLogin =
  (parts: RouterParts): Serve =>
  (request) =>
    ended(parts.obstacles.outage('*')?.ending ?? parts.iam.issue(request), latencyOf(parts, '*'));

const route = (method: string, template: string, serve: Serve) => ({
  method,
  pattern: compile(template),
  serve,
});

const routesOf = (parts: RouterParts) => [
  ...endpoints.map((endpoint) =>
    route(endpoint.method, endpoint.path, serveBatch(parts, endpoint)),
  ),
  route('GET', '/v1.0/{project}/streaming/jobs', serveLook(parts, listOf(parts))),
  route('GET', '/v1.0/{project}/streaming/jobs/{id}', serveLook(parts, detailOf(parts))),
  route('POST', '/v3/{project}/jobs/batch-status', serveLook(parts, statusesOf(parts))),
  route('POST', TOKENS_PATH, serveLogin(parts)),
  route('GET', TOKENS_PATH, serveIam(parts, parts.iam.show)),
  route('GET', '/v3/projects', serveIam(parts, listProjects)),
  route('GET', '/v3/auth/domains', serveIam(parts, listDomains)),
  route('GET', '/v3/auth/catalog', serveIam(parts, listCatalog)),
];

const NO_SUCH_API = gatewayError(
  404,
  'APIGW.0101',
  'The API does not exist or has not been published in the environment',
);

/** Finds what serves a request by its method and path, among the endpoints there are. */
export const makeRouter = (parts: RouterParts) => {
  const routes = routesOf(parts);
  return (request: Request): Handled => {
    for (const { method, pattern, serve } of routes) {
      const match = method === request.method ? pattern.exec(request.path) : null;
      if (match) return serve(request, match.groups?.project ?? '', match.groups?.id ?? '');
    }
    return ended(NO_SUCH_API, latencyOf(parts, '*'));
  };
};
