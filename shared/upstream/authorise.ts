import type { Log } from '../json/log.ts';
import { MisconfiguredError } from '../json/settings.ts';
import type { Language, ProjectId, Service, UpstreamRequest } from '../operations/operation.ts';
import { heldBack, isHeld, type Reply, saysOf } from '../reply/reply.ts';
import { isAuthRefusal } from '../reply/says.ts';
import type { KeptAccounts } from './accounts.ts';
import type { Account, Credential, KeyPair, User } from './credentials.ts';
import {
  type Exchange,
  type Exchanged,
  type Outgoing,
  type ReadExchanged,
  readExchanged,
} from './exchange.ts';
import { type Lane, type LaneOptions, makeLanes, REFUSED_LATELY } from './lanes.ts';
import { readied } from './readied.ts';
import { redact } from './redact.ts';
import type { Identify, Send, Turn } from './send.ts';
import type { Tokens } from './tokens.ts';

export interface AuthoriseEdges {
  readonly accounts: Pick<KeptAccounts, 'of' | 'refresh' | 'reads'>;
  readonly tokens: Tokens;
  readonly exchange: Exchange;
  /** The headers to send with a request so that it is signed. */
  readonly sign: (request: Outgoing, key: KeyPair, now: Date) => Readonly<Record<string, string>>;
  /** Tells credentials apart, and tells nothing of them. */
  readonly fingerprint: (credential: Credential) => Promise<string>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
  readonly newId: () => string;
}

export interface AuthoriseOptions extends LaneOptions {
  /** Where requests go unless a project's account says otherwise. */
  readonly endpoints: Readonly<Record<Service, string>> & { readonly iam?: string | undefined };
  readonly language: Language;
  readonly version: string;
}

/** What became of a request, and how it was sent, if it was. */
interface Attempt {
  readonly reply: Reply;
  readonly lane: Lane;
  /** How many times credentials had been read when it was sent. */
  readonly reads: number;
  readonly bearer?: { readonly token: string; readonly since: number };
}

/**
 * Sends requests with the credential of their project. Laws: a refused credential is read again once, and the request
 * is sent once more only by another one or with a new token; a pair that was refused is not used for `refusedMs`, so that
 * at most `callsPerKey` bad signatures go out in that time; no secret is in a log line or a reply.
 */
export const makeAuthorised = (edges: AuthoriseEdges, options: AuthoriseOptions) => {
  const { accounts, tokens, now, log } = edges;
  const { endpoints, refusedMs } = options;
  const keys = new Map<string, Promise<string>>();

  /** Made once for each credential, in however many entries it stands: a user's takes its time. */
  const keyOf = (credential: Credential): Promise<string> => {
    const text = JSON.stringify(credential);
    const known = keys.get(text);
    if (known !== undefined) return known;
    const key = edges.fingerprint(credential);
    keys.set(text, key);
    // One that could not be made is no answer: the next who asks tries again.
    key.catch(() => keys.delete(text));
    return key;
  };
  const find = async (project: ProjectId): Promise<Account | undefined | 'out of reach'> => {
    try {
      return await accounts.of(project);
    } catch (error) {
      if (!(error instanceof MisconfiguredError)) throw error;
      return 'out of reach';
    }
  };

  /** What an exchange that broke its word says is not known to be free of secrets: nothing of it is told. */
  const exchange = (outgoing: Outgoing, signal?: AbortSignal): Promise<Exchanged> =>
    edges
      .exchange(outgoing, signal)
      .catch(() => ({ kind: 'silent', reason: 'the exchange failed' }));

  /** One request on the wire, under an id of its own by which it can be found in the upstream's logs. */
  const sendOne = async (
    { headers, ...outgoing }: Outgoing,
    signal?: AbortSignal,
    credential?: Credential,
  ): Promise<ReadExchanged> => {
    const id = edges.newId();
    const common = { 'user-agent': `job-fanin/${options.version}`, 'x-request-id': id };
    const sent = { ...outgoing, headers: { ...headers, ...common } };
    const reply = readExchanged(redact(await exchange(sent, signal), sent, credential));
    if (reply.kind !== 'replied' || reply.status >= 300)
      log.info('upstream request', {
        request_id: id,
        path: new URL(outgoing.url).pathname,
        ...(reply.kind === 'replied' ? { status: reply.status } : { reason: reply.reason }),
      });
    return { ...reply, requestId: id };
  };
  const laneFor = makeLanes({ reads: accounts.reads, exchange: sendOne, now }, options);

  const outgoingOf = (account: Account, request: UpstreamRequest): Outgoing => ({
    method: request.method,
    url: (account.endpoints[request.service] ?? endpoints[request.service]) + request.path,
    headers: { 'content-type': 'application/json', 'x-project-id': request.project },
  });
  const withBody = (outgoing: Outgoing, body: string | undefined): Outgoing => ({
    ...outgoing,
    ...(body !== undefined && { body }),
  });
  const dress = (outgoing: Outgoing, headers: Outgoing['headers']): Outgoing => ({
    ...outgoing,
    headers: { ...headers, accept: 'application/json', 'x-language': options.language },
  });

  const attemptSigned = async (
    lane: Lane,
    key: KeyPair,
    request: UpstreamRequest,
    unmade: Outgoing,
    turn: Turn,
  ) => {
    const reads = accounts.reads();
    if (lane.refusedAt() !== undefined) return { reply: heldBack(REFUSED_LATELY), reads };
    const ready = await readied(request, turn, now);
    if (ready.kind === 'held') return { reply: ready.reply, reads };
    // Where several are under way at once the first refusal may have come meanwhile.
    if (lane.refusedAt() !== undefined) return { reply: heldBack(REFUSED_LATELY), reads };
    const outgoing = withBody(unmade, ready.body);
    const signed = edges.sign(outgoing, key, new Date(now()));
    const reply = await sendOne(dress(outgoing, signed), turn.signal, key);
    if (saysOf(reply).isBadSignature) lane.refuse(request.project, reads);
    return { reply, reads };
  };

  const attemptAsUser = async (
    lane: Lane,
    user: User,
    iam: string | undefined,
    request: UpstreamRequest,
    unmade: Outgoing,
    turn: Turn,
  ) => {
    const { project } = request;
    const reads = accounts.reads();
    if (iam === undefined) return { reply: heldBack('no IAM endpoint is set'), reads };
    const bearer = await tokens.of({ user, iam, project }, lane.login(project, turn));
    if (bearer.kind === 'refused') return { reply: bearer.reply, reads };
    const ready = await readied(request, turn, now);
    if (ready.kind === 'held') return { reply: ready.reply, reads };
    const outgoing = withBody(unmade, ready.body);
    const headers = { ...outgoing.headers, 'x-auth-token': bearer.token };
    const reply = await sendOne(dress(outgoing, headers), turn.signal, user);
    if (saysOf(reply).showsService) lane.prove(project);
    return { reply, reads, bearer };
  };

  const attempt = async (
    account: Account,
    request: UpstreamRequest,
    turn: Turn,
  ): Promise<Attempt> => {
    const { credential } = account;
    const { project } = request;
    const key = await keyOf(credential);
    const lane = laneFor(key, credential.kind);
    const outgoing = outgoingOf(account, request);
    const iam = account.endpoints.iam ?? endpoints.iam;
    const tried =
      credential.kind === 'key'
        ? await lane.inTurn(project, () => attemptSigned(lane, credential, request, outgoing, turn))
        : await attemptAsUser(lane, credential, iam, request, outgoing, turn);
    const { reply } = tried;
    const sentBy = { key, isRefused: saysOf(reply).isBadSignature && lane.isCondemned() };
    return { lane, ...tried, reply: isHeld(reply) ? reply : { ...reply, sentBy } };
  };

  /** The account to try once more with; undefined if it would be the same again. */
  const renew = async (account: Account, project: ProjectId, refused: Attempt) => {
    const { reply, bearer, lane } = refused;
    const mayBeDead = reply.kind !== 'replied' || reply.says.isBadSignature;
    // A new token has no more rights than one that is as good as new.
    const forget = bearer !== undefined && (mayBeDead || now() - bearer.since >= refusedMs);
    if (forget) tokens.drop(bearer.token);
    const readsThen = isHeld(reply) ? lane.refusedAt() : refused.reads;
    await accounts.refresh(mayBeDead ? readsThen : undefined);
    const next = await find(project);
    if (next === undefined || next === 'out of reach') return undefined;
    const key = await keyOf(account.credential);
    const nextKey = await keyOf(next.credential);
    const isOther = nextKey !== key;
    if (reply.kind === 'replied')
      log.warn('credential refused', {
        project,
        key,
        status: reply.status,
        ...(isOther && { renewed: nextKey }),
      });
    return isOther || forget ? next : undefined;
  };

  const send: Send = async (request, turn) => {
    const found = await find(request.project);
    if (found === 'out of reach') return heldBack('the credentials are out of reach');
    if (found === undefined) return heldBack('the project has no credential');
    let account = found;
    let refusal: Reply | undefined;
    for (;;) {
      const tried = await attempt(account, request, turn);
      const { reply } = tried;
      // Who only waited behind another's refusal has its second try yet.
      const hasWaited = isHeld(reply) && tried.lane.refusedAt() !== undefined;
      if (!hasWaited && !(refusal === undefined && isAuthRefusal(saysOf(reply)))) {
        // Not sent again, for some of it may have been served; but not used again either.
        if (refusal === undefined && saysOf(reply).isBadSignature)
          await renew(account, request.project, tried);
        return reply.kind === 'unsent' ? (refusal ?? reply) : reply;
      }
      if (!hasWaited) refusal = reply;
      const next = await renew(account, request.project, tried);
      if (next === undefined) return refusal ?? reply;
      account = next;
    }
  };

  const identify: Identify = async (project) => {
    const account = await find(project);
    if (account === 'out of reach') return { kind: 'out of reach' };
    return account === undefined
      ? { kind: 'none' }
      : { kind: 'known', key: await keyOf(account.credential) };
  };

  return { send, identify };
};
