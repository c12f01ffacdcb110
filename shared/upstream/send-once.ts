import type { Language, Service, UpstreamRequest } from '../operations/operation.ts';
import { heldBack, isHeld, type Reply, saysOf } from '../reply/reply.ts';
import type { Account, Credential, KeyPair, User } from './credentials.ts';
import type { Outgoing } from './exchange.ts';
import type { FingerprintOf } from './fingerprints.ts';
import { type Lane, REFUSED_LATELY } from './lanes.ts';
import type { LoggedExchange } from './logged-exchange.ts';
import { readied } from './readied.ts';
import type { Turn } from './send.ts';
import type { Tokens } from './tokens.ts';

/** What it takes to send a request by an account. */
export interface SendContext {
  readonly exchange: LoggedExchange;
  readonly tokens: Tokens;
  readonly laneFor: (fingerprint: string, kind: Credential['kind']) => Lane;
  readonly fingerprintOf: FingerprintOf;
  /** The headers of a request with its signature. */
  readonly sign: (request: Outgoing, key: KeyPair, now: Date) => Outgoing['headers'];
  /** How often credentials have been read so far. */
  readonly reads: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Where requests go unless the account says otherwise. */
  readonly endpoints: Readonly<Record<Service, string>> & { readonly iam?: string | undefined };
  readonly language: Language;
}

/** What became of a request, and by what it was sent, if it was. */
interface Tried {
  readonly reply: Reply;
  /** How often credentials had been read when it was sent. */
  readonly reads: number;
  readonly bearer?: { readonly token: string; readonly since: number };
}

export interface SentOnce extends Tried {
  readonly lane: Lane;
}

/** A request that has to wait for its turn by an account. */
interface AccountRequest {
  readonly account: Account;
  readonly lane: Lane;
  readonly request: UpstreamRequest;
  readonly turn: Turn;
}

const outgoingOf = (
  { endpoints }: SendContext,
  { account, request }: AccountRequest,
  body: string | undefined,
): Outgoing => ({
  method: request.method,
  url: (account.endpoints[request.service] ?? endpoints[request.service]) + request.path,
  headers: { 'content-type': 'application/json', 'x-project-id': request.project },
  ...(body !== undefined && { body }),
});

/** Adds the headers that are not signed. */
const withHeaders = (
  { language }: SendContext,
  outgoing: Outgoing,
  headers: Outgoing['headers'],
): Outgoing => ({
  ...outgoing,
  headers: { ...headers, accept: 'application/json', 'x-language': language },
});

/** Sends a request that has its pair's turn. A pair that was refused a moment ago signs nothing. */
const sendSigned = async (
  it: SendContext,
  waiting: AccountRequest,
  key: KeyPair,
): Promise<Tried> => {
  const { lane, request, turn } = waiting;
  const reads = it.reads();
  const refused = { reply: heldBack(REFUSED_LATELY), reads };
  if (lane.readsAtRefusal() !== undefined) return refused;
  const ready = await readied(request, turn, it.now);
  if (ready.kind === 'held') return { reply: ready.reply, reads };
  // Where several requests are under way by the pair, one may have been refused meanwhile.
  if (lane.readsAtRefusal() !== undefined) return refused;
  const outgoing = outgoingOf(it, waiting, ready.body);
  const signed = it.sign(outgoing, key, new Date(it.now()));
  const reply = await it.exchange(withHeaders(it, outgoing, signed), turn.signal, key);
  if (saysOf(reply).isBadSignature) lane.noteRefused(request.project, reads);
  return { reply, reads };
};

/** Sends a request with a token, which may have to be fetched first. */
const sendAsUser = async (it: SendContext, waiting: AccountRequest, user: User): Promise<Tried> => {
  const { account, lane, request, turn } = waiting;
  const { project } = request;
  const reads = it.reads();
  const iam = account.endpoints.iam ?? it.endpoints.iam;
  if (iam === undefined) return { reply: heldBack('no IAM endpoint is set'), reads };
  const bearer = await it.tokens.of({ user, iam, project }, lane.login(project, turn));
  if (bearer.kind === 'refused') return { reply: bearer.reply, reads };
  const ready = await readied(request, turn, it.now);
  if (ready.kind === 'held') return { reply: ready.reply, reads };
  const outgoing = outgoingOf(it, waiting, ready.body);
  const headers = { ...outgoing.headers, 'x-auth-token': bearer.token };
  const reply = await it.exchange(withHeaders(it, outgoing, headers), turn.signal, user);
  if (saysOf(reply).showsService) lane.noteServed(project);
  return { reply, reads, bearer };
};

/** Sends a request once, by the credential of an account. */
export const sendOnce = async (
  it: SendContext,
  account: Account,
  request: UpstreamRequest,
  turn: Turn,
): Promise<SentOnce> => {
  const { credential } = account;
  const key = await it.fingerprintOf(credential);
  const lane = it.laneFor(key, credential.kind);
  const waiting = { account, lane, request, turn };
  const tried =
    credential.kind === 'key'
      ? await lane.inTurn(
          request.project,
          () => sendSigned(it, waiting, credential),
          request.isLook === true ? 'look' : 'call',
        )
      : await sendAsUser(it, waiting, credential);
  const { reply } = tried;
  const sentBy = { key, isRefused: saysOf(reply).isBadSignature && lane.isRefusedForAll() };
  return { ...tried, lane, reply: isHeld(reply) ? reply : { ...reply, sentBy } };
};
