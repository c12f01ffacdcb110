import { makeExchange } from '../../shared/edge/upstream.ts';
import type { Exchange } from '../../shared/upstream/exchange.ts';
import {
  type Answered,
  LeakyUpstream,
  rejectionOf,
  type Shown,
  signatureIn,
  type UpstreamFault,
} from './leaky-upstream.ts';
import type { Kept } from './secrets-kept.ts';

const MINUTE = 60_000;

const yes = ({ path, body }: Shown): Answered => {
  if (path.includes('/batch-status') || !path.endsWith('/run')) {
    const isLook = !path.endsWith('/batch-starting');
    return {
      status: 200,
      headers: {},
      body: isLook ? '{"job_detail":{"status":"job_init"}}' : '{"results":[]}',
    };
  }
  const rows = body.split(',').map(() => ({ is_success: 'true', message: '' }));
  return { status: 200, headers: {}, body: JSON.stringify(rows) };
};

/** Whose request it is: that of a project, or of the user whose password is in it. */
const accountOf = ({ projects }: Kept, path: string, body: string): Shown['account'] => {
  const [, , project = ''] = path.split('/');
  const isUsers = path.startsWith('/v3/auth')
    ? Object.values(projects).find(
        ({ password }) => password && body.includes(JSON.stringify(password)),
      )
    : undefined;
  return isUsers ?? projects[project] ?? {};
};

/** A signature is a secret. */
const see = (kept: Kept, { headers }: Shown): void => {
  const signature = signatureIn(headers);
  if (signature !== undefined) kept.secrets.add(signature);
  kept.lastAuthorization = headers.authorization ?? kept.lastAuthorization;
};

const issue = (kept: Kept): Answered => ({
  status: 201,
  headers: { 'x-subject-token': kept.newToken() },
  body: JSON.stringify({
    token: { expires_at: new Date(kept.now() + 60 * MINUTE).toISOString() },
  }),
});

const nextFault = ({ ahead, injected }: Kept): UpstreamFault | undefined => {
  const fault = ahead.upstream.shift();
  if (fault !== undefined)
    injected.push(`upstream ${fault.manner}`, `quotes ${fault.quoted}`, `in ${fault.place}`);
  return fault;
};

/** The way to an upstream that quotes what it was sent, as the faults ahead say. */
export const makeLeakyExchange = (kept: Kept): Exchange => {
  const dispatcher = new LeakyUpstream({
    nextFault: () => nextFault(kept),
    answer: (shown) => (shown.path.startsWith('/v3/auth') ? issue(kept) : yes(shown)),
    accountOf: (path, body) => accountOf(kept, path, body),
    seen: (shown) => see(kept, shown),
  });
  const wire = makeExchange(dispatcher, { timeoutMs: MINUTE });
  return async (outgoing) => {
    if (kept.ahead.upstream[0]?.manner !== 'rejects') return wire(outgoing);
    const { pathname: path } = new URL(outgoing.url);
    const { headers, body = '' } = outgoing;
    const shown = { path, headers, body, account: accountOf(kept, path, body) };
    see(kept, shown);
    const fault = nextFault(kept);
    throw fault === undefined ? new Error('no fault') : rejectionOf(shown, fault);
  };
};
