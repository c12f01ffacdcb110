import * as v from 'valibot';
import { parseJson } from '../../shared/core/json.ts';
import type { User } from './accounts.ts';
import type { Directory } from './directory.ts';
import type { Refusal, Why } from './refusals.ts';
import { errorReply, json, type Reply } from './reply.ts';
import type { Token, Tokens } from './tokens.ts';

export const TOKENS_PATH = '/v3/auth/tokens';

export interface IamParts {
  readonly directory: Directory;
  readonly tokens: Tokens;
  readonly now: () => number;
  readonly record: (refusal: Refusal) => void;
}

const name = v.pipe(v.string(), v.nonEmpty());

/** `POST /v3/auth/tokens`, as far as it is used here: a password, and a project by its id or its name. */
const requestSchema = v.object({
  auth: v.object({
    identity: v.object({
      methods: v.tuple([v.literal('password')]),
      password: v.object({
        user: v.object({ name, password: name, domain: v.object({ name }) }),
      }),
    }),
    scope: v.optional(
      v.object({ project: v.union([v.object({ id: name }), v.object({ name: name })]) }),
    ),
  }),
});

const iamError = (code: number, message: string, title: string): Reply =>
  json(code, { error: { code, message, title } });

const refusals: Readonly<Partial<Record<Why, Reply>>> = {
  locked: errorReply(401, 'IAM.0061', 'The user has been locked.'),
};

const WRONG = iamError(401, 'The username or password is wrong.', 'Unauthorized');

const microseconds = (at: number): string => new Date(at).toISOString().replace('Z', '000Z');

const issued = (token: Token, user: User): Reply => {
  const { status, headers, body } = json(201, {
    token: {
      methods: ['password'],
      issued_at: microseconds(token.issuedAt),
      expires_at: microseconds(token.expiresAt),
      user: { name: user.user, domain: { name: user.domain } },
      ...(token.project !== undefined && { project: { id: token.project, name: token.project } }),
    },
  });
  return { status, headers: { ...headers, 'x-subject-token': token.text }, body };
};

/**
 * Issues tokens as IAM does. A project's name is its id here. With no accounts everybody has one, whatever the password.
 */
export const makeIam = ({ directory, tokens, now, record }: IamParts) => {
  const { standings } = directory;

  const whyNot = (asking: User): Why | undefined => {
    if (directory.isOpen()) return undefined;
    const who = { user: asking.user, domain: asking.domain };
    const user = directory.userOf(who);
    if (user === undefined) {
      standings.unknown(who);
      return 'unknown user';
    }
    if (standings.isLocked(who)) return 'locked';
    if (user.password === asking.password) return undefined;
    standings.failed(who);
    return 'wrong password';
  };

  return (body: string): Reply => {
    const parsed = parseJson(body);
    const request = v.safeParse(requestSchema, parsed.ok ? parsed.value : undefined);
    if (!request.success) return iamError(400, 'The request body is invalid.', 'Bad Request');
    const { identity, scope } = request.output.auth;
    const { name: user, password, domain } = identity.password.user;
    const asking = { user, password, domain: domain.name };
    const who = { user, domain: domain.name };
    const why = whyNot(asking);
    if (why !== undefined) {
      const reply = refusals[why] ?? WRONG;
      record({ at: now(), path: TOKENS_PATH, who, why, status: reply.status });
      return reply;
    }
    standings.verified(who);
    standings.tokenIssued(who);
    const project = scope && ('id' in scope.project ? scope.project.id : scope.project.name);
    return issued(tokens.issue(asking, project), asking);
  };
};
