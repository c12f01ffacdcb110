import fc from 'fast-check';
import type { OperationName } from '../../shared/operations/operation.ts';
import { readReply } from '../../shared/reply/read-reply.ts';
import type { Replied, Reply, WireReply } from '../../shared/reply/reply.ts';
import { anyText, jobIdFor, oddJson } from './arbitraries.ts';

/** A reply as it comes from the wire. */
export const wireReply = (
  status: number,
  body: unknown,
  more: Pick<WireReply, 'contentType' | 'retryAfter'> = {},
): WireReply => ({
  kind: 'replied',
  status,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  ...more,
});

/** A reply after it was read. */
export const replied = (...wire: Parameters<typeof wireReply>): Replied => {
  const reply = readReply(wireReply(...wire));
  if (reply.kind !== 'replied') throw new Error('no reply');
  return reply;
};

const CODES = [
  'DLI.0001',
  'DLI.0999',
  'DLI.1028',
  'DRS.M01504',
  'DRS.M05004',
  'APIGW.0308',
  'NEW.1',
  '',
  400,
  null,
];

/** What a field of a reply's row may hold: what the vendor sends, and what it might. */
const field = () =>
  fc.oneof(
    fc.constantFrom<unknown>(
      'true',
      'false',
      true,
      false,
      'True',
      'success',
      'failed',
      'FAILED',
      1,
      0,
      null,
      '',
    ),
    fc.constantFrom<unknown>(...CODES),
    oddJson(),
  );

const row = (asked: readonly string[]) =>
  fc.oneof(
    fc.record(
      {
        is_success: field(),
        message: field(),
        error_code: field(),
        error_msg: field(),
        id: fc.oneof(fc.constantFrom<unknown>(...asked), field()),
        job_id: fc.oneof(fc.constantFrom<unknown>(...asked), field()),
        status: field(),
      },
      { requiredKeys: [] },
    ),
    oddJson(),
  );

const body = (asked: readonly string[]) => {
  const rows = fc.array(row(asked), { maxLength: asked.length + 2 });
  return fc.oneof(
    rows,
    row(asked),
    fc.record(
      { results: rows, jobs: rows, count: fc.nat(), error_code: field(), error_msg: field() },
      { requiredKeys: [] },
    ),
    oddJson(),
  );
};

export const status = (): fc.Arbitrary<number> =>
  fc.oneof(
    fc.constantFrom(200, 202, 204, 301, 400, 401, 403, 404, 408, 413, 422, 429, 500, 502, 503, 504),
    fc.integer({ min: 100, max: 999 }),
  );

/** Anything that may come back for these jobs: in the vendor's shapes, nearly in them, or not at all. */
export const reply = (asked: readonly string[]): fc.Arbitrary<Reply> =>
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.tuple(status(), body(asked)).map(([code, value]) => replied(code, value ?? '')),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(status(), body(asked), fc.nat())
        .map(([code, value, at]) =>
          replied(code, (JSON.stringify(value) ?? '').slice(0, at % 200)),
        ),
    },
    { weight: 1, arbitrary: anyText().map((text) => replied(200, text)) },
    { weight: 1, arbitrary: fc.constant<Reply>({ kind: 'silent', reason: 'timeout' }) },
  );

/** Distinct job ids of an operation's service, as a call holds them. */
export const askedOf = (operation: OperationName): fc.Arbitrary<string[]> =>
  fc.uniqueArray(jobIdFor(operation), {
    minLength: 1,
    maxLength: 6,
  });
