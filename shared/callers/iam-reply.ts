import * as v from 'valibot';
import { isObject, parseJson } from '../json/json.ts';

/** Whom IAM issued a token to, and what for. */
export interface TokenHolder {
  readonly userId: string;
  readonly domainId: string;
  /** Undefined for a token of a domain, or without a scope. */
  readonly projectId: string | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/**
 * `stranger`: the token is good, and its holder is no caller. `unavailable`: IAM said nothing of the token. `unreadable`: it
 * said nothing of the token, and refused this one request: another token may fare better. `unfit`: the same, for the size or the
 * form of what the sender wrote. `throttled`: IAM was not asked,
 * because too many bad tokens come from there.
 */
export type TokenReading =
  | { readonly kind: 'valid'; readonly holder: TokenHolder }
  | { readonly kind: 'stranger' }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'unavailable' | 'unreadable' | 'unfit'; readonly reason: string }
  | { readonly kind: 'throttled'; readonly reason: string; readonly retryAfterSeconds: number };

/** A request to IAM. */
export interface IamRequest {
  readonly method: 'GET';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export type IamReply =
  | { readonly kind: 'replied'; readonly status: number; readonly body: string }
  | { readonly kind: 'silent' | 'unsent'; readonly reason: string };

/** Sends one request. It never throws. */
export type IamExchange = (request: IamRequest) => Promise<IamReply>;

const id = v.pipe(v.string(), v.nonEmpty());

const moment = v.pipe(
  v.string(),
  v.transform((text) => Date.parse(text)),
  v.number(),
);

const validSchema = v.object({
  token: v.object({
    user: v.object({ id, domain: v.object({ id }) }),
    project: v.optional(v.object({ id })),
    expires_at: moment,
  }),
});

/** The statuses by which IAM refuses a token. https://support.huaweicloud.com/intl/en-us/api-iam/iam_30_0004.html */
const REFUSALS = [400, 401, 403, 404];

/** IAM's own errors are JSON in one of two shapes. A proxy's page says nothing of the token. */
const isOfIam = (body: unknown): boolean =>
  isObject(body) && ('error' in body || 'error_code' in body);

/** Statuses for a header that is too long, or is none. The token is the only one that its sender wrote. */
const UNFIT = [400, 413, 414, 431];

/** A refusal of this one request. */
const isOfRequest = (status: number): boolean =>
  status >= 400 && status < 500 && status !== 408 && status !== 429;

const kindOf = (status: number): 'unfit' | 'unreadable' | 'unavailable' => {
  if (UNFIT.includes(status)) return 'unfit';
  return isOfRequest(status) ? 'unreadable' : 'unavailable';
};

/** What IAM's answer says of a token. */
export const readTokenReply = (reply: IamReply): TokenReading => {
  if (reply.kind !== 'replied') return { kind: 'unavailable', reason: `IAM: ${reply.reason}` };
  const { status, body } = reply;
  const parsed = parseJson(body);
  const value = parsed.ok ? parsed.value : undefined;
  if (REFUSALS.includes(status) && isOfIam(value))
    return { kind: 'refused', why: `IAM answered ${status}` };
  const read = v.safeParse(validSchema, value);
  if (status !== 200 || !read.success)
    return {
      kind: kindOf(status),
      reason: `IAM answered ${status} and nothing of the token`,
    };
  const { user, project, expires_at } = read.output.token;
  return {
    kind: 'valid',
    holder: {
      userId: user.id,
      domainId: user.domain.id,
      projectId: project?.id,
      expiresAt: expires_at,
    },
  };
};

/** Asks IAM whose a token is. */
export type AskIam = (token: string) => Promise<TokenReading>;

/**
 * `GET /v3/auth/tokens` ("Verifying a Token"). The token vouches for itself: IAM lets each user check their own token, with
 * no further permission. So we need no right to check other users' tokens, and hold no credential for it.
 */
export const makeAskIam =
  (endpoint: string, exchange: IamExchange): AskIam =>
  async (token) =>
    readTokenReply(
      await exchange({
        method: 'GET',
        url: `${endpoint}/v3/auth/tokens?nocatalog=1`,
        headers: {
          accept: 'application/json',
          'content-type': 'application/json;charset=utf8',
          'x-auth-token': token,
          'x-subject-token': token,
        },
      }),
    );
