import { isObject, type Json } from '../json/json.ts';
import { classifyReply } from '../reply/read-reply.ts';
import type { Reply } from '../reply/reply.ts';
import { codeOf } from '../reply/rows.ts';
import type { User } from './credentials.ts';
import type { Outgoing, ReadExchange } from './exchange.ts';

/** What a token is for: one user, and one project. */
export interface TokenScope {
  readonly user: User;
  readonly iam: string;
  readonly project: string;
}

export type TokenReading =
  | {
      readonly kind: 'token';
      readonly token: string;
      /** When it was asked for. */
      readonly since: number;
    }
  | { readonly kind: 'refused'; readonly reply: Reply };

export interface Tokens {
  /** A kept token, or one that `exchange` fetches. IAM's refusal or silence is a value. */
  readonly of: (scope: TokenScope, exchange: ReadExchange) => Promise<TokenReading>;
  /** Forgets a token that was refused. */
  readonly drop: (token: string) => void;
}

interface Kept {
  readonly reading: Extract<TokenReading, { kind: 'token' }>;
  readonly until: number;
}

/** Tokens live for a day. One whose end cannot be read is used for so long. */
const UNREADABLE_LIFE_MS = 10 * 60_000;

/** A token is used until so long before its end, or a tenth of its life if that is shorter. */
const MARGIN_MS = 5 * 60_000;

/** https://docs.otc.t-systems.com/identity-access-management/api-ref/apis/token_management/obtaining_a_user_token.html */
const loginOf = ({ user: { user, password, domain }, iam, project }: TokenScope): Outgoing => ({
  method: 'POST',
  url: `${iam}/v3/auth/tokens?nocatalog=1`,
  headers: { 'content-type': 'application/json', accept: 'application/json' },
  body: JSON.stringify({
    auth: {
      identity: {
        methods: ['password'],
        password: { user: { name: user, password, domain: { name: domain } } },
      },
      scope: { project: { id: project } },
    },
  }),
});

const lifeOf = (body: Json, now: number): number => {
  const token = isObject(body) ? body.token : undefined;
  const text = isObject(token) ? token.expires_at : undefined;
  const end = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  return Number.isNaN(end) ? UNREADABLE_LIFE_MS : end - now;
};

/**
 * IAM's refusal in the gateway's words, which the services' readers know. The service itself got no request: if IAM is in
 * trouble or gives no token, the request counts as unsent.
 */
const refusalOf = (reply: Reply): Reply => {
  if (reply.kind === 'unsent') return reply;
  if (reply.kind === 'silent') return { ...reply, kind: 'unsent', why: 'unreachable' };
  const { status, says } = reply;
  const text = `IAM answered ${status}`;
  if (status < 400 || status === 408 || status >= 500)
    return { kind: 'unsent', why: 'unreachable', reason: `${text} and no token` };
  const said = codeOf(reply.body);
  const code = /^IAM\.\d{1,8}$/.test(said) ? said : `IAM.${status}`;
  const { retryAfter } = says;
  const wait = retryAfter !== undefined && { retryAfter };
  const body = { error_code: code, error_msg: text };
  return classifyReply({ kind: 'replied', status, body: text, ...wait }, body);
};

/**
 * Tokens of IAM users. Laws: for each user, password, project and endpoint one token is fetched at a time, however many
 * requests wait for it. It is kept until shortly before it expires, or until it is refused.
 */
export const makeTokens = ({ now }: { readonly now: () => number }): Tokens => {
  const kept = new Map<string, Kept>();
  const underWay = new Map<string, Promise<TokenReading>>();

  const fetch = async (
    key: string,
    scope: TokenScope,
    exchange: ReadExchange,
  ): Promise<TokenReading> => {
    const since = now();
    const reply = await exchange(loginOf(scope));
    if (reply.kind !== 'replied' || reply.status >= 300 || reply.subjectToken === undefined)
      return { kind: 'refused', reply: refusalOf(reply) };
    const life = lifeOf(reply.body, since);
    const reading = { kind: 'token', token: reply.subjectToken, since } as const;
    kept.set(key, { reading, until: since + life - Math.min(MARGIN_MS, life / 10) });
    return reading;
  };

  return {
    of: async (scope, exchange) => {
      const { user, iam, project } = scope;
      const key = JSON.stringify([iam, user.domain, user.user, user.password, project]);
      const known = kept.get(key);
      if (known !== undefined && now() < known.until) return known.reading;
      const joined = underWay.get(key);
      if (joined !== undefined) return joined;
      const fetching = fetch(key, scope, exchange).finally(() => underWay.delete(key));
      underWay.set(key, fetching);
      return fetching;
    },
    drop: (token) => {
      for (const [key, { reading }] of kept) if (reading.token === token) kept.delete(key);
    },
  };
};
