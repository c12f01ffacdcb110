import { sign } from '../../shared/edge/signer.ts';
import type { ProjectId, UpstreamRequest } from '../../shared/operations/operation.ts';
import type { Reply } from '../../shared/reply/reply.ts';
import { makeAccounts } from '../../shared/upstream/accounts.ts';
import { type AuthoriseOptions, makeAuthorised } from '../../shared/upstream/authorise.ts';
import type { Exchange, Exchanged, Outgoing } from '../../shared/upstream/exchange.ts';
import { makeTokens } from '../../shared/upstream/tokens.ts';
import { ANY_TIME } from './deadlines.ts';
import { fingerprint } from './fingerprints.ts';
import { keptLog } from './logs.ts';

export const P1 = 'p1' as ProjectId;
export const REFUSED_MS = 60_000;
export const HELD = {
  kind: 'unsent',
  why: 'held',
  reason: 'the credential was refused a moment ago',
};

export const pair = (name: string) => ({ ak: `AKID-${name}`, sk: `secret-key-${name}` });
export const user = (password: string) => ({ user: 'fan-in', password, domain: 'OTC-1' });
export const secretOf = (entry: object, project = '*'): string =>
  JSON.stringify({ projects: { [project]: entry } });

export const ok = { kind: 'replied', status: 200, body: '[]' } satisfies Exchanged;
export const refusal = (status: number, code: string): Exchanged => ({
  kind: 'replied',
  status,
  body: JSON.stringify({ error_code: code, error_msg: 'no' }),
});
export const BAD_SIGNATURE = refusal(401, 'APIGW.0301');

export const run = (project = P1): UpstreamRequest => ({
  service: 'dli',
  project,
  method: 'POST',
  path: `/v1.0/${project}/streaming/jobs/run`,
  body: '{"job_ids":[9223372036854775807]}',
});

export const isLogin = ({ url }: Outgoing): boolean => url.includes('/v3/auth/tokens');

/** Which pair signed, or which token was shown. */
export const whoOf = ({ headers }: Outgoing): string =>
  /Access=([^,]+)/.exec(headers.authorization ?? '')?.[1] ?? headers['x-auth-token'] ?? '';

export interface Setup {
  readonly secret?: string;
  readonly reply?: (outgoing: Outgoing) => Exchanged | Promise<Exchanged>;
  readonly exchange?: Exchange;
  readonly endpoint?: string;
  readonly fingerprint?: typeof fingerprint;
  readonly callsPerKey?: number;
}

/** A secret that a test may change, or make unreadable. */
const startSource = (secret: string) => {
  const source: { says: string | Error; reads: number } = { says: secret, reads: 0 };
  const fetch = async (): Promise<string> => {
    source.reads++;
    if (source.says instanceof Error) throw source.says;
    return source.says;
  };
  return { source, fetch };
};

/** An upstream and IAM that say what they are told to, or yes. */
const startWire = (setup: Setup, now: () => number) => {
  const sent: Outgoing[] = [];
  let logins = 0;
  const issue = (): Exchanged => ({
    kind: 'replied',
    status: 201,
    body: JSON.stringify({ token: { expires_at: new Date(now() + 86_400_000).toISOString() } }),
    subjectToken: `token-number-${++logins}`,
  });
  const exchange: Exchange = async (outgoing, signal) => {
    sent.push(outgoing);
    if (setup.exchange !== undefined) return setup.exchange(outgoing, signal);
    return (await setup.reply?.(outgoing)) ?? (isLogin(outgoing) ? issue() : ok);
  };
  return { sent, issue, exchange };
};

const optionsOf = (setup: Setup): AuthoriseOptions => ({
  endpoints: {
    dli: setup.endpoint ?? 'https://dli.example.com',
    drs: 'https://drs.example.com/base',
    iam: 'https://iam.example.com',
  },
  language: 'zh-cn',
  version: '1.2.3',
  callsPerKey: setup.callsPerKey ?? 1,
  refusedMs: REFUSED_MS,
});

/** Sends by the credentials of a secret, over a clock that stands still until it is moved. */
export const startAuthorised = ({ secret = secretOf(pair('one')), ...setup }: Setup = {}) => {
  const clock = { now: Date.parse('2026-01-31T12:00:00Z') };
  const now = () => clock.now;
  const { source, fetch } = startSource(secret);
  const { sent, issue, exchange } = startWire(setup, now);
  const { log, lines } = keptLog();
  let ids = 0;
  const { send, identify } = makeAuthorised(
    {
      accounts: makeAccounts({ fetch, now, log }, { ttlMs: 300_000, leastRefreshMs: 5_000 }),
      tokens: makeTokens({ now }),
      exchange,
      sign,
      fingerprint: setup.fingerprint ?? fingerprint,
      now,
      log,
      newId: () => `id-${++ids}`,
    },
    optionsOf(setup),
  );
  /** What came back, without the request's id, which is another each time, and without its credential. */
  const go = async (request = run(), turn = ANY_TIME): Promise<Reply> => {
    const { requestId: _, sentBy: __, ...reply } = await send(request, turn);
    return reply;
  };
  return { go, send, identify, clock, source, sent, lines, who: () => sent.map(whoOf), issue };
};

export const together = async (count: number, go: () => Promise<Reply>) =>
  Promise.all(Array.from({ length: count }, () => go()));
