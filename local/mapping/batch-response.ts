import { isObject } from '../../shared/json/json.ts';

/** The messages of a batch that failed; or why the response fails them all. */
export type BatchReading =
  | { readonly kind: 'read'; readonly failed: ReadonlySet<string> }
  | { readonly kind: 'unreadable'; readonly reason: string };

const NONE: BatchReading = { kind: 'read', failed: new Set() };

const unreadable = (reason: string): BatchReading => ({ kind: 'unreadable', reason });

/**
 * Reads a function's response as Lambda does with ReportBatchItemFailures on. Law: a batch succeeds only where the
 * documentation says so; a response that names anything but messages of this batch fails them all.
 * Source: "Handling errors for an SQS event source in Lambda", success and failure conditions.
 */
export const readBatchResponse = (
  response: unknown,
  messageIds: ReadonlySet<string>,
): BatchReading => {
  if (response === undefined || response === null) return NONE;
  if (!isObject(response)) return unreadable('the response is not an object');
  const { batchItemFailures: items } = response;
  // As in JSON, a key without a value is no key.
  if (items === undefined && Object.values(response).some((value) => value !== undefined)) {
    return unreadable('the response has no batchItemFailures');
  }
  if (items === undefined || items === null) return NONE;
  if (!Array.isArray(items)) return unreadable('batchItemFailures is not a list');

  const failed = new Set<string>();
  for (const item of items) {
    const id: unknown = isObject(item) ? item.itemIdentifier : undefined;
    if (typeof id !== 'string' || id === '') {
      return unreadable('an item of batchItemFailures has no itemIdentifier');
    }
    if (!messageIds.has(id)) return unreadable(`no message of the batch is called ${id}`);
    failed.add(id);
  }
  return { kind: 'read', failed };
};
