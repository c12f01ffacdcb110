import { type Reply, saysOf } from '../reply/reply.ts';

/** What a reply shows of the credential. Undefined: nothing, as silence does. */
export type Proof = 'good' | 'bad' | undefined;

/** Of a signed request: a service that does its work has checked the signature. */
export const proofOfSignature = (reply: Reply): Proof => {
  const { isBadSignature, showsService } = saysOf(reply);
  if (isBadSignature) return 'bad';
  return showsService ? 'good' : undefined;
};

/** Of a login: a token, or a refusal. */
export const proofOfLogin = (reply: Reply): Proof => {
  if (saysOf(reply).isBadSignature) return 'bad';
  return reply.kind === 'replied' && reply.status < 300 ? 'good' : undefined;
};

/** How many requests by one credential may be under way at once. */
export interface Allowance {
  readonly most: () => number;
  /** To be called when a request goes out. What it returns is to be told of the reply. */
  readonly sending: () => (reply: Reply) => void;
}

export const fixedAllowance = (most: number): Allowance => ({
  most: () => most,
  sending: () => () => undefined,
});

export interface SlowStartOptions {
  readonly upTo: number;
  readonly proofOf: (reply: Reply) => Proof;
  /** What one good reply adds. */
  readonly step: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** So long after the last good reply, nothing is known of the credential any more. */
const SILENCE_MS = 30_000;

/**
 * One request while the credential is not proved, and more with each good reply. Law: after a bad one, and after 30 s without
 * a good one, it is one again. A good reply to what went out before a bad one came proves nothing.
 */
export const slowStart = ({ upTo, proofOf, step, now }: SlowStartOptions): Allowance => {
  let allowed = 1;
  let provedAt = Number.NEGATIVE_INFINITY;
  let badOnes = 0;
  const most = (): number => (now() - provedAt < SILENCE_MS ? allowed : 1);
  return {
    most,
    sending: () => {
      const badBefore = badOnes;
      return (reply) => {
        const proof = proofOf(reply);
        if (proof === 'bad') {
          badOnes++;
          allowed = 1;
        } else if (proof === 'good' && badBefore === badOnes) {
          allowed = Math.min(upTo, most() + step);
          provedAt = now();
        }
      };
    },
  };
};
