import type { Caller } from './guard.ts';
import { HOME_REGION, idOfName, projectsNamed } from './projects.ts';
import { json, type Reply } from './reply.ts';
import type { Request } from './request.ts';

/** The domain of those who sign, since a key pair is listed without one. */
const DOMAIN_OF_KEYS = 'local';

/** Some clients ask for their region's services, some for those of any. */
const REGIONS = [HOME_REGION, '*'];

const baseOf = ({ headers }: Request): string => `http://${headers.host ?? ''}`;

const linksTo = (self: string) => ({ self, previous: null, next: null });

const domainOf = ({ who }: Caller): string =>
  who !== undefined && 'domain' in who ? who.domain : DOMAIN_OF_KEYS;

/**
 * `GET /v3/projects?name=…`, by which the SDKs find the id of the project that is named as their region ("Querying
 * Project Information", `KeystoneListProjects`).
 */
export const listProjects = (request: Request, caller: Caller): Reply => {
  const self = `${baseOf(request)}/v3/projects`;
  const domain = idOfName(domainOf(caller));
  const name = new URLSearchParams(request.query).get('name');
  const projects = projectsNamed(caller.account.projects, name).map((project) => ({
    ...project,
    domain_id: domain,
    parent_id: domain,
    is_domain: false,
    enabled: true,
    description: '',
    links: linksTo(`${self}/${project.id}`),
  }));
  return json(200, { projects, links: linksTo(self) });
};

/** `GET /v3/auth/domains`, by which the SDKs find the account of global credentials (`KeystoneListAuthDomains`). */
export const listDomains = (request: Request, caller: Caller): Reply => {
  const base = baseOf(request);
  const name = domainOf(caller);
  const id = idOfName(name);
  return json(200, {
    domains: [
      { id, name, enabled: true, description: '', links: { self: `${base}/v3/domains/${id}` } },
    ],
    links: linksTo(`${base}/v3/auth/domains`),
  });
};

/**
 * Where the services are, for a project. `volumev2` is there because golangsdk and gophertelekomcloud make the addresses
 * of other services from it.
 */
export const catalogAt = (request: Request, project: string | undefined) =>
  [
    { type: 'identity', name: 'iam', path: '/v3' },
    { type: 'dli', name: 'dli', path: `/v1.0/${project ?? ''}` },
    { type: 'drs', name: 'drs', path: `/v3/${project ?? ''}` },
    { type: 'volumev2', name: 'evs', path: `/v2/${project ?? ''}` },
  ].map(({ type, name, path }) => ({
    id: idOfName(type),
    type,
    name,
    endpoints: REGIONS.map((region) => ({
      id: idOfName(type, region),
      interface: 'public',
      region,
      region_id: region,
      url: `${baseOf(request)}${path}`,
    })),
  }));

/** `GET /v3/auth/catalog`, by which golangsdk and gophertelekomcloud find the services when they start. */
export const listCatalog = (request: Request, caller: Caller): Reply => {
  const named = request.headers['x-project-id'];
  const project = caller.scope?.project ?? (typeof named === 'string' ? named : undefined);
  return json(200, {
    catalog: catalogAt(request, project),
    links: linksTo(`${baseOf(request)}/v3/auth/catalog`),
  });
};
