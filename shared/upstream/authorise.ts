import type { Log } from '../json/log.ts';
import { MisconfiguredError } from '../json/settings.ts';
import type { ProjectId, UpstreamRequest } from '../operations/operation.ts';
import { heldBack, isHeld, type Reply, saysOf } from '../reply/reply.ts';
import { isAuthRefusal } from '../reply/says.ts';
import type { KeptAccounts } from './accounts.ts';
import type { Account } from './credentials.ts';
import type { Exchange } from './exchange.ts';
import { type FingerprintOf, makeFingerprints } from './fingerprints.ts';
import { type LaneOptions, makeLanes } from './lanes.ts';
import { makeLoggedExchange } from './logged-exchange.ts';
import type { Identify, Identity, Send, Turn } from './send.ts';
import { type SendContext, type SentOnce, sendOnce } from './send-once.ts';

type UsedAccounts = Pick<KeptAccounts, 'of' | 'refresh' | 'reads'>;

export interface AuthoriseEdges extends Pick<SendContext, 'tokens' | 'sign' | 'now'> {
  readonly accounts: UsedAccounts;
  readonly exchange: Exchange;
  readonly fingerprint: FingerprintOf;
  readonly log: Log;
  readonly newId: () => string;
}

export interface AuthoriseOptions extends LaneOptions, Pick<SendContext, 'endpoints' | 'language'> {
  readonly version: string;
}

/** Sends requests, and finds other credentials if one is refused. */
interface AuthoriseContext extends SendContext {
  readonly accounts: UsedAccounts;
  readonly log: Log;
  /** How long a refused credential is not used. */
  readonly refusedMs: number;
}

const find = async (
  { accounts }: AuthoriseContext,
  project: ProjectId,
): Promise<Account | undefined | 'out of reach'> => {
  try {
    return await accounts.of(project);
  } catch (error) {
    if (!(error instanceof MisconfiguredError)) throw error;
    return 'out of reach';
  }
};

/** Forgets a refused token, unless it is as good as new: a new one has no more rights. Tells whether it did. */
const forgetToken = (it: AuthoriseContext, { bearer }: SentOnce, mayBeDead: boolean): boolean => {
  if (bearer === undefined) return false;
  if (!mayBeDead && it.now() - bearer.since < it.refusedMs) return false;
  it.tokens.drop(bearer.token);
  return true;
};

/** Reads the credentials again. Resolves to the account to try once more with; undefined if nothing would be different. */
const renew = async (
  it: AuthoriseContext,
  account: Account,
  project: ProjectId,
  refused: SentOnce,
): Promise<Account | undefined> => {
  const { reply, lane } = refused;
  const mayBeDead = reply.kind !== 'replied' || reply.says.isBadSignature;
  const isForgotten = forgetToken(it, refused, mayBeDead);
  const readsThen = isHeld(reply) ? lane.readsAtRefusal() : refused.reads;
  await it.accounts.refresh(mayBeDead ? readsThen : undefined);
  const next = await find(it, project);
  if (next === undefined || next === 'out of reach') return undefined;
  const key = await it.fingerprintOf(account.credential);
  const renewed = await it.fingerprintOf(next.credential);
  const isOther = renewed !== key;
  if (reply.kind === 'replied')
    it.log.warn('credential refused', {
      project,
      key,
      status: reply.status,
      ...(isOther && { renewed }),
    });
  return isOther || isForgotten ? next : undefined;
};

const sendBy = async (
  it: AuthoriseContext,
  found: Account,
  request: UpstreamRequest,
  turn: Turn,
): Promise<Reply> => {
  let account = found;
  let refusal: Reply | undefined;
  for (;;) {
    const tried = await sendOnce(it, account, request, turn);
    const { reply } = tried;
    // It waited behind another request that was refused, so its own second try is still to come.
    const hasWaited = isHeld(reply) && tried.lane.readsAtRefusal() !== undefined;
    const isRefused = refusal === undefined && isAuthRefusal(saysOf(reply));
    if (!hasWaited && !isRefused) {
      // Some of its jobs may be served, so it is not sent again. But its credential is not used again either.
      if (refusal === undefined && saysOf(reply).isBadSignature)
        await renew(it, account, request.project, tried);
      return reply.kind === 'unsent' ? (refusal ?? reply) : reply;
    }
    if (!hasWaited) refusal = reply;
    const next = await renew(it, account, request.project, tried);
    if (next === undefined) return refusal ?? reply;
    account = next;
  }
};

const identify = async (it: AuthoriseContext, project: ProjectId): Promise<Identity> => {
  const account = await find(it, project);
  if (account === 'out of reach') return { kind: 'out of reach' };
  if (account === undefined) return { kind: 'none' };
  return { kind: 'known', key: await it.fingerprintOf(account.credential) };
};

/**
 * Sends requests by the credential of their project. Laws: after a refusal the credentials are read again once, and the
 * request is sent once more only by another credential or with a new token. A refused pair is not used for `refusedMs`, so
 * at most `callsPerKey` bad signatures go out in that time. No secret is in a log line or a reply.
 */
export const makeAuthorised = (
  edges: AuthoriseEdges,
  options: AuthoriseOptions,
): { readonly send: Send; readonly identify: Identify } => {
  const { reads } = edges.accounts;
  const exchange = makeLoggedExchange({ ...edges, version: options.version });
  const it: AuthoriseContext = {
    ...edges,
    ...options,
    exchange,
    reads,
    laneFor: makeLanes({ reads, exchange, now: edges.now }, options),
    fingerprintOf: makeFingerprints(edges.fingerprint),
  };
  return {
    send: async (request, turn) => {
      const account = await find(it, request.project);
      if (account === 'out of reach') return heldBack('the credentials are out of reach');
      if (account === undefined) return heldBack('the project has no credential');
      return sendBy(it, account, request, turn);
    },
    identify: (project) => identify(it, project),
  };
};
