import type { MayBegin, UpstreamRequest } from '../operations/operation.ts';
import { heldBack, type Reply } from '../reply/reply.ts';
import { NO_TIME } from './lanes.ts';

/** That nothing of a request is left to send, by the time of its turn. */
export const NOTHING_LEFT = 'others have what it asked for';

export type Readied =
  | { readonly kind: 'go'; readonly body: string | undefined }
  | { readonly kind: 'held'; readonly reply: Reply };

/**
 * What is to go out for a request that has its turn: to be asked for right before it is sent. Making it ready takes
 * time, so that `mayBegin` has the last word once more.
 */
export const readied = async (
  { body, ready }: Pick<UpstreamRequest, 'body' | 'ready'>,
  mayBegin: MayBegin,
): Promise<Readied> => {
  if (!mayBegin()) return { kind: 'held', reply: heldBack(NO_TIME) };
  if (ready === undefined) return { kind: 'go', body };
  const made = await ready();
  if (made === undefined) return { kind: 'held', reply: heldBack(NOTHING_LEFT) };
  return mayBegin() ? { kind: 'go', body: made } : { kind: 'held', reply: heldBack(NO_TIME) };
};
