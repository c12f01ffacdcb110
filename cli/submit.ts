import { randomUUID } from 'node:crypto';
import { UnansweredError } from '../clients/typescript/src/errors.ts';
import type { Receipt } from '../clients/typescript/src/schemas.ts';
import { type Options, textIn } from './command.ts';
import { CommandError, EXIT } from './exit.ts';
import type { GoodRequest } from './input/read-request.ts';
import type { Target } from './target/target.ts';
import { instantOf } from './text/times.ts';
import type { World } from './world.ts';

/** The key by which a repeat of this command is the same request. */
export const keyFor = (options: Options): string =>
  textIn(options, 'idempotencyKey') ?? randomUUID();

/**
 * Hands one request in. If no answer comes, it says how to find out: the same command with the same key. `key` is what the
 * command's user gave or will have to give.
 */
export const submit = async (
  { signal }: World,
  { client, name }: Target,
  { sent }: GoodRequest,
  { key, part = '' }: { readonly key: string; readonly part?: string },
): Promise<Receipt> => {
  try {
    return await client.submit(sent, { signal, idempotencyKey: key + part });
  } catch (error) {
    if (!(error instanceof UnansweredError)) throw error;
    const why = error.cause instanceof Error ? `: ${causeOf(error.cause)}` : '';
    throw new CommandError(EXIT.unanswered, `no final answer${why}`, {
      where: name,
      remedy: `the request may have been accepted: run the same command with --idempotency-key ${key}`,
    });
  }
};

/** `fetch failed` tells nothing: its cause does. */
const causeOf = (error: Error): string =>
  error.cause instanceof Error ? causeOf(error.cause) : error.message;

/** A receipt in one line. */
export const receiptLine = ({ intent_id, operation, job_count, expires_at }: Receipt): string => {
  const until = expires_at === undefined ? '' : `, good until ${instantOf(Date.parse(expires_at))}`;
  return `${intent_id}  ${operation}  ${job_count} accepted${until}`;
};
