import pLimit from 'p-limit';
import type { Credential } from '../core/credentials.ts';
import type { Exchange } from '../core/exchange.ts';
import type { MayBegin } from '../core/operation.ts';
import { heldBack } from '../core/reply.ts';

export const REFUSED_LATELY = 'the credential was refused a moment ago';
export const NO_TIME = 'no time is left to begin';

/** What all requests by one credential have in common. */
export interface Lane {
  /**
   * Runs what sends a request, when a slot is free. Where a pair of keys has served somebody since it was refused last, a
   * request that is not answered soon gives its slot up: who hangs must not hold up those who go elsewhere.
   */
  readonly inTurn: <T>(run: () => Promise<T>) => Promise<T>;
  /**
   * How many times credentials had been read when the request was sent for which this one was refused lately; undefined
   * if it was not.
   */
  readonly refusedAt: () => number | undefined;
  /** Some project was served by it, or refused for another reason. */
  readonly prove: (project: string) => void;
  /**
   * It was refused for a project, and is not used for a while: too many refusals in a row lock it. For a short while
   * only if another project was served by it since the last refusal, since this may be the project's own trouble then.
   */
  readonly refuse: (project: string, reads: number) => void;
  /** Whether it was refused lately for no single project's trouble. */
  readonly isCondemned: () => boolean;
  /** Fetches a user's tokens, one after another, so that a bad password is tried once. */
  readonly login: (project: string, mayBegin: MayBegin) => Exchange;
}

export interface LaneEdges {
  /** How many times credentials have been read so far. */
  readonly reads: () => number;
  readonly exchange: Exchange;
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<unknown>;
}

/** How long a credential rests that may be as good as ever: until all processes know that one at a time has to see. */
const SUSPECTED_MS = 5_000;

/** Milliseconds after which a signature counts as accepted, though nothing else is known yet. */
const RECOGNISED_MS = 2_000;

export interface LaneOptions {
  /** Requests under way by one pair of keys: as many bad signatures can go out before the first refusal is known. */
  readonly callsPerKey: number;
  /** Requests under way with the tokens of one user. */
  readonly callConcurrency: number;
  /** How long a refused credential is not used. */
  readonly refusedMs: number;
}

const makeLane = (
  { reads, exchange, now, pause }: LaneEdges,
  { callsPerKey, callConcurrency, refusedMs }: LaneOptions,
  kind: Credential['kind'],
): Lane => {
  const slots = pLimit(kind === 'key' ? callsPerKey : callConcurrency);
  const logins = pLimit(1);
  let refused:
    | { readonly reads: number; readonly until: number; readonly isSure: boolean }
    | undefined;
  const proofs = new Set<string>();
  const refuse = (project: string, readsThen: number): void => {
    const isSure = ![...proofs].some((other) => other !== project);
    proofs.clear();
    refused = { reads: readsThen, until: now() + (isSure ? refusedMs : SUSPECTED_MS), isSure };
  };
  const isCondemned = (): boolean => refusedAt() !== undefined && refused?.isSure === true;
  const prove = (project: string): void => {
    proofs.add(project);
  };
  const refusedAt = (): number | undefined =>
    refused !== undefined && now() < refused.until ? refused.reads : undefined;
  return {
    inTurn: async (run) => {
      const running = await slots(async () => {
        const result = run();
        const mayHurry = kind === 'key' && proofs.size > 0;
        await (mayHurry ? Promise.race([result, pause(RECOGNISED_MS)]) : result);
        return { result };
      });
      return running.result;
    },
    refusedAt,
    prove,
    refuse,
    isCondemned,
    login: (project, mayBegin) => (outgoing) =>
      logins(async () => {
        if (refusedAt() !== undefined) return heldBack(REFUSED_LATELY);
        if (!mayBegin()) return heldBack(NO_TIME);
        const readsThen = reads();
        const reply = await exchange(outgoing);
        if (reply.kind === 'replied' && reply.status === 401) refuse(project, readsThen);
        else if (reply.kind === 'replied' && reply.status < 300) prove(project);
        return reply;
      }),
  };
};

/** One lane for each credential, by its fingerprint, for as long as the process lives. */
export const makeLanes = (edges: LaneEdges, options: LaneOptions) => {
  const lanes = new Map<string, Lane>();
  return (key: string, kind: Credential['kind']): Lane => {
    const lane = lanes.get(key) ?? makeLane(edges, options, kind);
    lanes.set(key, lane);
    return lane;
  };
};
