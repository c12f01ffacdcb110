import { describe, expect, it } from 'vitest';
import { beginGuarded, FORGED, KEY, MINUTE, OTHER, USER } from './begin-guarded.ts';
import { begin, PROJECT, parsed, RUN } from './begin-upstream.ts';

const ID = expect.stringMatching(/^[0-9a-f]{32}$/);
const TOKENS = '/v3/auth/tokens';
const PROJECTS = '/v3/projects';

const projectsFor = async (projects: string[] | undefined, query: Record<string, string>) => {
  const { call, url } = await beginGuarded({ keys: [{ ...KEY, ...(projects && { projects }) }] });
  const { status, body } = parsed(await call(KEY, { method: 'GET', path: PROJECTS, query }));
  expect(status).toBe(200);
  expect(body.links).toEqual({ self: `${url}${PROJECTS}`, previous: null, next: null });
  return body.projects;
};

describe('GET /v3/projects finds the id of a project by its name, which the SDKs take for their region’s', () => {
  it('for a key that opens all: one project, whose id is made of the name', async () => {
    const [project, ...others] = await projectsFor(undefined, { name: 'eu-de' });
    expect(others).toEqual([]);
    expect(project).toEqual({
      id: ID,
      name: 'eu-de',
      domain_id: ID,
      parent_id: project.domain_id,
      is_domain: false,
      enabled: true,
      description: '',
      links: {
        self: expect.stringMatching(new RegExp(`/v3/projects/${project.id}$`)),
        previous: null,
        next: null,
      },
    });
    expect(await projectsFor(undefined, { name: 'eu-de' })).toMatchObject([{ id: project.id }]);
    const [other] = await projectsFor(undefined, { name: 'eu-nl' });
    expect(other.id).not.toBe(project.id);
  });

  it('that project can be used', async () => {
    const { call } = await beginGuarded({ keys: [KEY] });
    const [{ id }] = parsed(
      await call(KEY, { method: 'GET', path: PROJECTS, query: { name: 'eu-de' } }),
    ).body.projects;
    expect((await call(KEY, { path: RUN.replace(PROJECT, id) })).status).toBe(200);
  });

  it.each([
    ['a region', ['p', 'q'], { name: 'eu-de' }, [{ id: 'p', name: 'eu-de' }]],
    ['a project by its id', ['p', 'q'], { name: 'q' }, [{ id: 'q', name: 'q' }]],
    ['another’s id', ['p'], { name: PROJECT }, []],
    ['nothing', ['p', 'q'], {}, [{ id: 'p' }, { id: 'q' }]],
    ['an id, where all are open', undefined, { name: PROJECT }, [{ id: PROJECT }]],
    ['nothing, where all are open', undefined, {}, [{ name: 'eu-de' }]],
    ['a region, where none is open', [], { name: 'eu-de' }, []],
  ] as const)('for %s', async (_, projects, query, found) => {
    expect(await projectsFor(projects && [...projects], query)).toMatchObject(found);
  });

  it('not for who signs badly, in the gateway’s words; it counts as ever', async () => {
    const { call, standing, refusals } = await beginGuarded({ keys: [KEY] });
    const { status, body } = parsed(await call(FORGED, { method: 'GET', path: PROJECTS }));
    expect([status, body.error_code]).toEqual([401, 'APIGW.0301']);
    expect(standing('KEY1')).toMatchObject({ badSignatures: 1 });
    expect(refusals).toMatchObject([{ path: PROJECTS, why: 'signature' }]);
  });

  it('not for who shows nothing, in IAM’s words', async () => {
    const { get } = await beginGuarded({ keys: [KEY] });
    const { status, body } = parsed(await get(PROJECTS));
    expect([status, body.error]).toMatchObject([401, { code: 401, title: 'Unauthorized' }]);
  });

  it('for a token, even one without a scope, and without credentials where there are no accounts', async () => {
    const { fetchToken, send } = await beginGuarded({ users: [{ ...USER, projects: ['p'] }] });
    const { headers } = await fetchToken({}, null);
    const token = String(headers['x-subject-token']);
    const reply = await send('GET', `${PROJECTS}?name=eu-de`, null, { 'x-auth-token': token });
    expect(parsed(reply).body.projects).toMatchObject([{ id: 'p' }]);
    const { get } = await begin();
    expect(parsed(await get(`${PROJECTS}?name=eu-de`)).body.projects).toHaveLength(1);
  });

  it('a token for a project by that name is for the same project', async () => {
    const { fetchToken, callWithToken } = await beginGuarded({
      users: [{ ...USER, projects: [PROJECT] }],
    });
    const reply = await fetchToken({}, { name: 'eu-de' });
    expect(parsed(reply).body.token.project).toMatchObject({ id: PROJECT, name: 'eu-de' });
    expect((await callWithToken(reply.headers['x-subject-token'])).status).toBe(200);
  });
});

describe('GET /v3/auth/domains and /v3/auth/catalog', () => {
  it('the domain of who signs, and of who has a token', async () => {
    const { call, fetchToken, send } = await beginGuarded({ keys: [KEY], users: [USER] });
    const path = '/v3/auth/domains';
    const signed = parsed(await call(KEY, { method: 'GET', path }));
    expect(signed).toMatchObject({ status: 200, body: { domains: [{ id: ID, enabled: true }] } });
    const { headers } = await fetchToken();
    const token = String(headers['x-subject-token']);
    const { body } = parsed(await send('GET', path, null, { 'x-auth-token': token }));
    expect(body.domains).toMatchObject([{ id: ID, name: 'company' }]);
  });

  it('where the services are, for the project that a header names', async () => {
    const { call, url } = await beginGuarded({ keys: [KEY] });
    const headers = { 'X-Project-Id': PROJECT };
    const { body } = parsed(await call(KEY, { method: 'GET', path: '/v3/auth/catalog', headers }));
    const urlOf = (type: string) =>
      body.catalog.find((entry: { type: string }) => entry.type === type).endpoints[0].url;
    expect(['identity', 'dli', 'drs'].map(urlOf)).toEqual([
      `${url}/v3`,
      `${url}/v1.0/${PROJECT}`,
      `${url}/v3/${PROJECT}`,
    ]);
  });
});

describe('GET /v3/auth/tokens tells whose a token is', () => {
  const beginWithToken = async () => {
    const upstream = await beginGuarded(
      { keys: [KEY], users: [USER] },
      { tokenLifeMs: 60 * MINUTE },
    );
    const issued = await upstream.fetchToken();
    const token = String(issued.headers['x-subject-token']);
    const show = (subject: string | undefined, auth: Record<string, string>) =>
      upstream.send('GET', TOKENS, null, {
        ...auth,
        ...(subject !== undefined && { 'x-subject-token': subject }),
      });
    return { ...upstream, issued, token, show };
  };

  it('its user, its project and its end, as when it was issued', async () => {
    const { issued, token, show } = await beginWithToken();
    const reply = await show(token, { 'x-auth-token': token });
    expect(reply.status).toBe(200);
    expect(reply.headers['x-subject-token']).toBe(token);
    expect(parsed(reply).body.token).toMatchObject(parsed(issued).body.token);
    expect(parsed(reply).body.token).toMatchObject({
      expires_at: '1970-01-01T01:16:40.000000Z',
      user: { name: 'ci', domain: { name: 'company' } },
      project: { id: PROJECT },
    });
  });

  it('to who signs too, though not to who does not', async () => {
    const { call, token } = await beginWithToken();
    const headers = { 'X-Subject-Token': token };
    expect((await call(KEY, { method: 'GET', path: TOKENS, headers })).status).toBe(200);
    expect((await call(OTHER, { method: 'GET', path: TOKENS, headers })).status).toBe(401);
  });

  it.each([
    ['an unknown one', 'x', 404],
    ['none', undefined, 400],
  ] as const)('for %s there is none', async (_, subject, status) => {
    const { show, token } = await beginWithToken();
    const reply = parsed(await show(subject, { 'x-auth-token': token }));
    expect([reply.status, reply.body.error.code]).toEqual([status, status]);
  });

  it('another user’s token only to an administrator', async () => {
    const other = { user: 'other', password: 'password-of-other', domain: 'company' };
    const upstream = await beginGuarded({ users: [USER, other] });
    const tokenOf = async (user: Partial<typeof USER>) =>
      String((await upstream.fetchToken(user)).headers['x-subject-token']);
    const [mine, theirs] = [await tokenOf({}), await tokenOf(other)];
    const show = async (auth: string, subject: string) =>
      parsed(
        await upstream.send('GET', TOKENS, null, {
          'x-auth-token': auth,
          'x-subject-token': subject,
        }),
      );
    expect((await show(theirs, theirs)).status).toBe(200);
    const { status, body } = await show(mine, theirs);
    expect([status, body.error.title]).toEqual([403, 'Forbidden']);
    expect(JSON.stringify(body)).not.toContain(theirs);
  });

  it('a token that is none cannot vouch for itself', async () => {
    const { show } = await beginWithToken();
    const { status, body } = parsed(await show('x', { 'x-auth-token': 'x' }));
    expect([status, body.error]).toMatchObject([401, { code: 401, title: 'Unauthorized' }]);
  });

  it('one that is over, or whose password was changed, is unknown', async () => {
    const { call, token, pass, setAccounts } = await beginWithToken();
    const show = () =>
      call(KEY, { method: 'GET', path: TOKENS, headers: { 'X-Subject-Token': token } });
    expect((await show()).status).toBe(200);
    setAccounts({ keys: [KEY], users: [{ ...USER, password: 'another' }] });
    expect((await show()).status).toBe(404);
    setAccounts({ keys: [KEY], users: [USER] });
    expect((await show()).status).toBe(200);
    pass(60 * MINUTE);
    const reply = await call(KEY, {
      method: 'GET',
      path: TOKENS,
      headers: { 'X-Subject-Token': token },
      at: 1_000_000 + 60 * MINUTE,
    });
    expect(reply.status).toBe(404);
    expect(reply.text).not.toContain(token);
  });

  it('an outage keeps it from all', async () => {
    const { behave, show, token } = await beginWithToken();
    behave({ '*': { down: true } });
    expect((await show(token, { 'x-auth-token': token })).status).toBe(503);
  });
});
