import { createServer } from 'node:http';
import { listen } from '../support/listen.ts';
import { type FuzzCaller, IAM_CALLERS, PROJECTS } from './callers.ts';

/** A token of IAM: its caller, and the one project that it opens. It has as many characters as real ones have at least. */
export interface IamToken {
  readonly text: string;
  readonly caller: FuzzCaller;
  readonly project: string;
}

export const IAM_TOKENS: readonly IamToken[] = IAM_CALLERS.flatMap((caller) =>
  PROJECTS.map((project) => ({
    text: `iam-${caller.id}-${project}-`.padEnd(120, '7c1e9a5f'),
    caller,
    project,
  })),
);

/** https://support.huaweicloud.com/intl/en-us/api-iam/iam_30_0004.html */
const answerFor = (subject: unknown) => {
  const token = IAM_TOKENS.find(({ text }) => text === subject);
  if (token === undefined) return { error: { code: 404, message: 'The token is not found.' } };
  const { user, domain } = token.caller.iam ?? {};
  return {
    token: {
      user: { id: user ?? 'user-any', domain: { id: domain ?? 'domain-any' } },
      project: { id: token.project },
      expires_at: new Date(Date.now() + 86_400_000).toISOString(),
    },
  };
};

/** A server that plays the vendor's IAM, as far as it checks tokens. */
export const startIam = async (): Promise<{
  readonly url: string;
  readonly close: () => Promise<void>;
}> => {
  const server = createServer((request, response) => {
    const body = answerFor(request.headers['x-subject-token']);
    response.writeHead('token' in body ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  const { url, stop } = await listen(server);
  return { url, close: stop };
};
