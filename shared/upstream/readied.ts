import type { UpstreamRequest } from '../operations/operation.ts';
import { heldBack, type Unsent } from '../reply/reply.ts';
import { hindrance, type Turn } from './send.ts';

/** That nothing of a request is left to send when it has its turn. */
const NOTHING_LEFT = 'others have what it asked for';

export type Readied =
  | { readonly kind: 'go'; readonly body: string | undefined }
  | { readonly kind: 'held'; readonly reply: Unsent };

/**
 * The body of a request that has its turn. To be called right before the request is sent. It takes time to make a body
 * ready, so its deadline and its breakers are checked again after that.
 */
export const readied = async (
  { body, ready }: Pick<UpstreamRequest, 'body' | 'ready'>,
  turn: Turn,
  now: () => number,
): Promise<Readied> => {
  const before = hindrance(turn, now());
  if (before !== undefined) return { kind: 'held', reply: heldBack(before) };
  if (ready === undefined) return { kind: 'go', body };
  const made = await ready();
  if (made === undefined) return { kind: 'held', reply: heldBack(NOTHING_LEFT) };
  const after = hindrance(turn, now());
  return after === undefined
    ? { kind: 'go', body: made }
    : { kind: 'held', reply: heldBack(after) };
};
