import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { Wish } from './intent.ts';

/** The upstream refused the call for good. A repeat would not help. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 100;

const dispatcher = new Agent({ keepAliveTimeout: 4_000 });

const FLAGS = { run: '"resume_savepoint":true', stop: '"trigger_savepoint":true' } as const;

const callOnce = async ({ operation, project, jobs }: Omit<Wish, 'intentId'>): Promise<number> => {
  const url = `${process.env.UPSTREAM_URL}/v1.0/${project}/streaming/jobs/${operation}`;
  const { statusCode, body } = await request(url, {
    dispatcher,
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-auth-token': process.env.TOKEN ?? '' },
    body: `{"job_ids":[${jobs.join(',')}],${FLAGS[operation]}}`,
    headersTimeout: 5_000,
  });
  // The reply of a success has a row for each job. A good client reads them.
  const rows: unknown = await body.json();
  if (statusCode === 200 && !(Array.isArray(rows) && rows.length === jobs.length)) return 502;
  return statusCode;
};

/**
 * One batch call. A throttle, a server's error and a lost connection are repeated three times, with exponential backoff and
 * full jitter, as AWS advises. Rejects with `RefusedError` for any other refusal.
 */
export const call = async (wish: Omit<Wish, 'intentId'>): Promise<void> => {
  for (let attempt = 1; ; attempt++) {
    const status = await callOnce(wish).catch(() => 503);
    if (status === 200) return;
    if (status !== 429 && status < 500) throw new RefusedError(`the upstream answered ${status}`);
    if (attempt === ATTEMPTS) throw new Error(`the upstream answered ${status}`);
    await sleep(Math.random() * FIRST_PAUSE_MS * 2 ** attempt);
  }
};
