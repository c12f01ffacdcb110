import type { RawRequest } from '../../shared/callers/raw-request.ts';

/** A request as it came, with these headers. */
export const rawRequestWith = (
  headers: Readonly<Record<string, string>>,
  more: Partial<RawRequest> = {},
): RawRequest => ({
  method: 'POST',
  paths: ['/v1/intents'],
  query: '',
  headers,
  body: Buffer.from('{}'),
  ...more,
});
