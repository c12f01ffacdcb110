import { expect } from 'vitest';
import type { Accounts, UpstreamOptions } from '../../local/upstream/simulator.ts';
import { begin, PROJECT, RUN } from './begin-upstream.ts';
import { type SigningKey, signAsVendor, type ToSign } from './sign-as-vendor.ts';

export const KEY: SigningKey = { ak: 'KEY1', sk: 'secret-of-key-1' };
export const OTHER: SigningKey = { ak: 'KEY2', sk: 'secret-of-key-2' };
export const FORGED: SigningKey = { ...KEY, sk: 'not-the-secret' };
export const TEMPORARY: SigningKey = {
  ak: 'TEMP1',
  sk: 'secret-of-temp-1',
  security_token: 'token-of-temp-1',
};
export const USER = { user: 'ci', password: 'password-of-ci', domain: 'company' };

export const MINUTE = 60_000;
/** Where the clock of `begin` stands at first. */
export const START_AT = 1_000_000;

const identityOf = ({ user: name, password, domain }: typeof USER) => ({
  identity: {
    methods: ['password'],
    password: { user: { name, password, domain: { name: domain } } },
  },
});

type Changes = Partial<ToSign> & { readonly path?: string; readonly sent?: string };

/** A simulator with accounts, whose clock stands still until it is moved, and the vendor's signer as its client. */
export const beginGuarded = async (accounts: Accounts, options: UpstreamOptions = {}) => {
  const upstream = await begin({ accounts, ...options });
  let time = START_AT;

  const sign = (key: SigningKey, { path = RUN, ...changes }: Changes = {}) =>
    signAsVendor(key, { method: 'POST', url: upstream.url + path, at: time, ...changes });

  return {
    ...upstream,
    pass: (ms: number) => {
      time += ms;
      upstream.pass(ms);
    },
    sign,
    /** A signed request; `sent` is what goes out in place of the body that was signed. */
    call: (key: SigningKey, changes: Changes = {}) => {
      const { path = RUN, method = 'POST', query } = changes;
      const body = changes.body ?? (method === 'POST' ? { job_ids: [1] } : undefined);
      const headers = sign(key, { ...changes, path, body });
      const search = query ? `?${new URLSearchParams(query)}` : '';
      const sent = changes.sent ?? (body === undefined ? null : JSON.stringify(body));
      return upstream.send(method, path + search, sent, headers);
    },
    /** How one key or user stands. */
    standing: (name: string) =>
      upstream
        .accounts()
        .find((account) => ('ak' in account ? account.ak === name : account.user === name)),
    fetchToken: (
      user: Partial<typeof USER> = {},
      project: Readonly<Record<string, string>> | null = { id: PROJECT },
    ) => {
      const auth = { ...identityOf({ ...USER, ...user }), ...(project && { scope: { project } }) };
      return upstream.post('/v3/auth/tokens?nocatalog=1', JSON.stringify({ auth }));
    },
    callWithToken: (token: unknown, path = RUN) =>
      upstream.send('POST', path, '{"job_ids":[1]}', { 'x-auth-token': String(token) }),
  };
};

export type Guarded = Awaited<ReturnType<typeof beginGuarded>>;

/** The answer to a request that is not signed well. */
export const refused = (detail: string) => ({
  status: 401,
  body: {
    error_code: 'APIGW.0301',
    error_msg: `Incorrect IAM authentication information: ${detail}`,
    request_id: expect.stringMatching(/^[0-9a-f]{32}$/),
  },
});
