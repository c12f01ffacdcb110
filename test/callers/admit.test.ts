import { describe, expect, it } from 'vitest';
import { makeAdmit } from '../../shared/callers/admit.ts';
import type { CallerEntry } from '../../shared/callers/callers-document.ts';
import { sha256 } from '../../shared/callers/digest.ts';
import { schemesOf } from '../../shared/callers/schemes.ts';
import { rawRequestWith } from '../support/raw-request.ts';

const callerWith = (id: string, more: Partial<CallerEntry> = {}): CallerEntry => ({
  id,
  proofs: [{ kind: 'bearer', sha256: sha256(`token of ${id}`) }],
  grants: [],
  ...more,
});

const hook = { intent: { body: '' } };
const callers = [
  callerWith('bot'),
  callerWith('grafana', { hook }),
  callerWith('alerts', { hook }),
];

const now = () => new Date(0);
const admit = makeAdmit({ schemes: async () => schemesOf(callers), now });

const as = (id: string) => rawRequestWith({ authorization: `Bearer token of ${id}` });

describe('a bearer token serves on every route but the hooks of others', () => {
  it.each(['bot', 'grafana'])('on a route for callers: %s', async (id) => {
    expect(await admit('callers', as(id))).toMatchObject({ kind: 'proved', caller: { id } });
  });

  it('on the caller’s own hook, which is told whose it is', async () => {
    expect(await admit('hook', as('grafana'), 'grafana')).toMatchObject({
      kind: 'proved',
      caller: { id: 'grafana' },
      entry: { id: 'grafana', hook },
    });
  });

  it.each([
    ['bot', 'grafana'],
    ['alerts', 'grafana'],
    ['grafana', 'alerts'],
  ])('not with the token of %s on the hook of %s', async (id, other) => {
    expect(await admit('hook', as(id), other)).toEqual({
      kind: 'refused',
      checks: ['bearer: no caller has this token'],
    });
  });
});

describe('a hook that there is not is refused like a wrong proof', () => {
  it.each(['bot', 'nobody', '', '__proto__', 'constructor'])('%j', async (name) => {
    expect(await admit('hook', as('bot'), name)).toEqual({
      kind: 'refused',
      checks: ['hook: no caller has this hook'],
    });
  });

  it('also one without a name', async () => {
    expect(await admit('hook', as('bot'))).toMatchObject({ kind: 'refused' });
  });
});

describe('while no version of the secret could be read', () => {
  it('nothing is proved, and nothing refused', async () => {
    const early = makeAdmit({ schemes: async () => 'out of reach', now });
    expect(await early('callers', as('bot'))).toEqual({ kind: 'out of reach' });
    expect(await early('hook', as('grafana'), 'grafana')).toEqual({ kind: 'out of reach' });
  });
});
