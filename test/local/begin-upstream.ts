import { request } from 'undici';
import { onTestFinished } from 'vitest';
import { startUpstream, type UpstreamOptions } from '../../local/upstream/simulator.ts';

export const PROJECT = '054ba152d480d55b2f5dc0069e7ddef0';
export const RUN = `/v1.0/${PROJECT}/streaming/jobs/run`;
export const STOP = `/v1.0/${PROJECT}/streaming/jobs/stop`;
export const START = `/v3/${PROJECT}/jobs/batch-starting`;
export const STATUS = `/v3/${PROJECT}/jobs/batch-status`;

export const SUBMITTED = 'The request for submitting DLI jobs is delivered successfully.';
export const STOPPED = 'The request for stopping DLI jobs is delivered successfully.';
export const NOT_THERE = 'The job does not exist.';
export const WRONG_STATE = 'The job status does not allow the operation.';

/** An upstream whose clock stands still until it is moved, with jobs that take 100 ms per state. */
export const begin = async (options: UpstreamOptions = {}) => {
  let time = 1_000_000;
  const upstream = await startUpstream({ now: () => time, transitionMs: 100, ...options });
  onTestFinished(upstream.stop);
  const send = async (
    method: 'GET' | 'POST',
    path: string,
    body: string | null = null,
    headers: Record<string, string> = { 'content-type': 'application/json' },
    signal?: AbortSignal,
  ) => {
    const reply = await request(upstream.url + path, {
      method,
      body,
      headers,
      ...(signal && { signal }),
    });
    return { status: reply.statusCode, headers: reply.headers, text: await reply.body.text() };
  };
  return {
    ...upstream,
    pass: (ms: number) => {
      time += ms;
    },
    send,
    get: (path: string) => send('GET', path),
    post: (path: string, body: string) => send('POST', path, body),
    run: (...ids: readonly (number | string)[]) =>
      send('POST', RUN, `{"job_ids":[${ids.join(',')}]}`),
    halt: (...ids: readonly (number | string)[]) =>
      send('POST', STOP, `{"job_ids":[${ids.join(',')}]}`),
    start: (...ids: readonly string[]) =>
      send('POST', START, JSON.stringify({ jobs: ids.map((job_id) => ({ job_id })) })),
    dliStatus: (id: string) => upstream.statusOf('dli', PROJECT, id),
    dliEffects: (id: string) => upstream.effectsOf('dli', PROJECT, id),
    drsStatus: (id: string) => upstream.statusOf('drs', PROJECT, id),
    drsEffects: (id: string) => upstream.effectsOf('drs', PROJECT, id),
  };
};

export const good = (message: string) => ({ is_success: 'true', message });
export const bad = (message: string) => ({ is_success: 'false', message });
export const parsed = ({ status, text }: { status: number; text: string }) => ({
  status,
  body: JSON.parse(text),
});
