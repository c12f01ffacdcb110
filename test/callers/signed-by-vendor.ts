import type { RawRequest } from '../../shared/callers/raw-request.ts';
import type { Proved } from '../../shared/callers/scheme.ts';
import { type VendorKey, vendorKeyScheme } from '../../shared/callers/vendor-key-scheme.ts';
import { signAsVendor } from '../local/sign-as-vendor.ts';

export const PROJECT = '054ba152d480d55b2f5dc0069e7ddef0';
export const RUN = `/v1.0/${PROJECT}/streaming/jobs/run`;
export const NOW = new Date('2026-11-28T12:00:00Z');
export const MINUTE = 60_000;

export const bot = { id: 'deploy-bot', grants: [] };
export const other = { id: 'other', grants: [] };

const KEYS = new Map<string, VendorKey>([
  ['AKEXAMPLE1', { caller: bot, sk: 'sk-made-up-1' }],
  ['AKTEMP2', { caller: bot, sk: 'sk-made-up-2', security_token: 'token-made-up-2' }],
  ['AKOTHER', { caller: other, sk: 'sk-of-another' }],
]);

export const scheme = vendorKeyScheme((accessKey) => KEYS.get(accessKey));

const lower = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

export const bytesOf = (body: unknown): Uint8Array =>
  Buffer.from(body === undefined ? '' : JSON.stringify(body));

/** A request as the vendor's own client signs it, and as the front door gets it. */
export const signed = (
  key = { ak: 'AKEXAMPLE1', sk: 'sk-made-up-1' },
  {
    at = NOW.getTime(),
    path = RUN,
    headers = {},
  }: {
    at?: number;
    path?: string;
    headers?: Record<string, string>;
  } = {},
): RawRequest => {
  const body = { job_ids: [131] };
  const url = `https://jobs.example.com${path}`;
  return {
    method: 'POST',
    paths: [path],
    query: '',
    headers: lower(signAsVendor(key, { method: 'POST', url, body, at, headers })),
    body: bytesOf(body),
  };
};

export const prove = async (request: RawRequest, now = NOW): Promise<Proved> =>
  scheme(request, now);

export const withHeaders = (request: RawRequest, headers: Record<string, string>): RawRequest => ({
  ...request,
  headers: { ...request.headers, ...headers },
});
