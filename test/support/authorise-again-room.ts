import { isProjectId, type UpstreamRequest } from '../../shared/operations/operation.ts';
import { makeAuthorised } from '../../shared/upstream/authorise.ts';
import type { Account, Credential } from '../../shared/upstream/credentials.ts';
import type { Exchange, Exchanged, Outgoing } from '../../shared/upstream/exchange.ts';
import { makeTokens } from '../../shared/upstream/tokens.ts';
import { ANY_TIME } from './deadlines.ts';
import { keptLog } from './logs.ts';
import { wireReply } from './replies.ts';

export const REFUSED_MS = 60_000;
export const IAM = 'https://iam.example.com';

export const pair = (access: string): Account => ({
  endpoints: {},
  credential: { kind: 'key', access, secret: 'secret-key' },
});
export const user = (password = 'pass-word'): Account => ({
  endpoints: {},
  credential: { kind: 'user', user: 'fan-in', password, domain: 'OTC-1' },
});
export const nameOf = (credential: Credential): string =>
  credential.kind === 'key' ? credential.access : credential.password;

export const ok = wireReply(200, [{ is_success: 'true' }]);
export const BAD_SIGNATURE = wireReply(401, { error_code: 'APIGW.0301' });
export const FORBIDDEN = wireReply(403, { error_code: 'DRS.M00102' });
export const SILENCE: Exchanged = { kind: 'silent', reason: 'no answer' };

export const run = (project = 'p'): UpstreamRequest => {
  if (!isProjectId(project)) throw new Error('no project id');
  return { service: 'dli', project, method: 'POST', path: `/${project}/run?x=y`, body: '[]' };
};
export const isLogin = ({ url }: Outgoing): boolean => url.startsWith(IAM);

export type Found = Account | undefined | 'out of reach' | Error;

const startState = (first: Found) => ({
  now: Date.parse('2026-01-31T12:00:00Z'),
  reads: 1,
  found: first,
  secret: first,
  /** How long a login takes. */
  loginMs: 0,
});

type State = ReturnType<typeof startState>;

/** Accounts that are what the secret says once it is read again. `refreshes`: with how many reads they were asked for that. */
const startAccounts = (state: State) => {
  const refreshes: (number | undefined)[] = [];
  const accounts = {
    of: async () => {
      if (state.found instanceof Error) throw state.found;
      return state.found;
    },
    reads: () => state.reads,
    refresh: async (readsThen = -1) => {
      refreshes.push(readsThen);
      if (state.reads > readsThen) return;
      state.reads++;
      state.found = state.secret;
    },
  };
  return { accounts, refreshes };
};

/** An upstream and IAM that say what they are told to, or yes. */
const startWire = (state: State) => {
  const sent: Outgoing[] = [];
  const replies: (Exchanged | Error)[] = [];
  const logins: Exchanged[] = [];
  let tokens = 0;
  const issue = (): Exchanged => ({
    ...wireReply(201, {
      token: { expires_at: new Date(state.now + 24 * 3_600_000).toISOString() },
    }),
    subjectToken: `token-${++tokens}`,
  });
  const exchange: Exchange = async (outgoing) => {
    sent.push(outgoing);
    if (isLogin(outgoing)) state.now += state.loginMs;
    if (isLogin(outgoing)) return logins.shift() ?? issue();
    const reply = replies.shift() ?? ok;
    if (reply instanceof Error) throw reply;
    return reply;
  };
  return { sent, replies, logins, exchange };
};

/** Sends by accounts whose every step a test decides. */
export const startOnce = (first: Found, { iam }: { readonly iam?: string } = { iam: IAM }) => {
  const state = startState(first);
  const { accounts, refreshes } = startAccounts(state);
  const { sent, replies, logins, exchange } = startWire(state);
  const { log, lines } = keptLog();
  const now = () => state.now;
  let ids = 0;
  const { send, identify } = makeAuthorised(
    {
      accounts,
      tokens: makeTokens({ now }),
      exchange,
      sign: ({ headers }, { access }) => ({ ...headers, authorization: `by ${access}` }),
      fingerprint: async (credential) => nameOf(credential),
      now,
      log,
      newId: () => `id-${++ids}`,
    },
    {
      endpoints: { dli: 'https://dli.example.com', drs: 'https://drs.example.com', iam },
      language: 'en-us',
      version: '0.0.0',
      callsPerKey: 1,
      refusedMs: REFUSED_MS,
    },
  );
  const go = (project?: string, turn = ANY_TIME) => send(run(project), turn);
  const told = (event: string) => lines.filter((line) => line.event === event);
  const shown = () =>
    sent.map(({ headers }) => headers.authorization ?? headers['x-auth-token'] ?? 'login');
  return { state, refreshes, sent, replies, logins, lines, send, identify, go, told, shown };
};
