import { heldBack, saysOf } from '../reply/reply.ts';
import {
  type Allowance,
  fixedAllowance,
  proofOfLogin,
  proofOfSignature,
  slowStart,
} from './allowance.ts';
import type { Credential } from './credentials.ts';
import type { ReadExchange } from './exchange.ts';
import { hindrance, type Turn } from './send.ts';
import { type InTurn, makeTurns } from './turns.ts';

export const REFUSED_LATELY = 'the credential was refused a moment ago';

/** What all requests by one credential share. */
export interface Lane {
  /**
   * For signed requests and logins, which show the credential itself. As many of them as are under way can be refused,
   * because none is known to be good before it is answered.
   */
  readonly inTurn: InTurn;
  /**
   * How often credentials had been read when the request went out that this one was refused for. Undefined: it was not
   * refused within the last `refusedMs`.
   */
  readonly readsAtRefusal: () => number | undefined;
  /** The credential was refused for a project. It is not shown for a while, because many refusals in a row lock it. */
  readonly noteRefused: (project: string, reads: number) => void;
  /** A project was served by the user's token. */
  readonly noteServed: (project: string) => void;
  /** It was refused lately, and no other project was served since the refusal before. So no single project is the cause. */
  readonly isRefusedForAll: () => boolean;
  /** Sends logins of a user: one at a time until one has succeeded, so that a bad password is tried once. */
  readonly login: (project: string, turn: Turn) => ReadExchange;
}

export interface LaneEdges {
  /** How often credentials have been read so far. */
  readonly reads: () => number;
  readonly exchange: ReadExchange;
  readonly now: () => number;
}

export interface LaneOptions {
  /**
   * Requests under way at once by one key pair. As many bad signatures can go out before the first refusal is known.
   * `upTo`: one at first, and one more for each reply that proves the pair.
   */
  readonly callsPerKey: number | { readonly upTo: number };
  /** How long a refused credential is not used. */
  readonly refusedMs: number;
}

/** Logins of one user that go out at once, when one has succeeded. */
const LOGINS_AT_ONCE = 4;

const allowanceFor = (
  kind: Credential['kind'],
  { callsPerKey }: LaneOptions,
  now: () => number,
): Allowance => {
  if (kind === 'user')
    return slowStart({
      upTo: LOGINS_AT_ONCE,
      step: LOGINS_AT_ONCE,
      proofOf: proofOfLogin,
      now,
    });
  return typeof callsPerKey === 'number'
    ? fixedAllowance(callsPerKey)
    : slowStart({ ...callsPerKey, step: 1, proofOf: proofOfSignature, now });
};

/** What is known of one credential's refusals, and which projects it has served. */
const makeStanding = (now: () => number, refusedMs: number) => {
  const served = new Set<string>();
  let refused:
    | { readonly reads: number; readonly until: number; readonly isSure: boolean }
    | undefined;
  return {
    noteRefused: (project: string, readsThen: number): void => {
      served.delete(project);
      refused = { reads: readsThen, until: now() + refusedMs, isSure: served.size === 0 };
      served.clear();
    },
    noteServed: (project: string): void => {
      served.add(project);
    },
    lately: () => (refused !== undefined && now() < refused.until ? refused : undefined),
  };
};

const makeLane = (
  { reads, exchange, now }: LaneEdges,
  options: LaneOptions,
  kind: Credential['kind'],
): Lane => {
  const { noteRefused, noteServed, lately } = makeStanding(now, options.refusedMs);
  const inTurn = makeTurns(allowanceFor(kind, options, now));
  return {
    inTurn,
    readsAtRefusal: () => lately()?.reads,
    noteRefused,
    noteServed,
    isRefusedForAll: () => lately()?.isSure === true,
    login: (project, turn) => async (outgoing) => {
      const { reply } = await inTurn(project, async () => {
        if (lately() !== undefined) return { reply: heldBack(REFUSED_LATELY) };
        const hindered = hindrance(turn, now());
        if (hindered !== undefined) return { reply: heldBack(hindered) };
        const readsThen = reads();
        const answer = await exchange(outgoing, turn.signal);
        if (saysOf(answer).isBadSignature) noteRefused(project, readsThen);
        else if (answer.kind === 'replied' && answer.status < 300) noteServed(project);
        return { reply: answer };
      });
      return reply;
    },
  };
};

/** One lane for each credential, by its fingerprint, as long as the process lives. */
export const makeLanes = (edges: LaneEdges, options: LaneOptions) => {
  const lanes = new Map<string, Lane>();
  return (key: string, kind: Credential['kind']): Lane => {
    const lane = lanes.get(key) ?? makeLane(edges, options, kind);
    lanes.set(key, lane);
    return lane;
  };
};
