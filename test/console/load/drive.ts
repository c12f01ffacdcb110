import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { DEV_PROOF } from '../../support/callers.ts';
import { PROJECT } from '../console-room.ts';

const TURN_MS = 100;
const JOBS_PER_WISH = 10;

/** Sends wishes of ten new jobs each, evenly, until it is stopped. */
export const driveJobs = (url: string, jobsPerSecond: number) => {
  const dispatcher = new Agent({ connections: 16 });
  const wishes = (jobsPerSecond * TURN_MS) / 1_000 / JOBS_PER_WISH;
  const counts = { accepted: 0, refused: 0, late: 0 };
  let next = 1_000_000;
  let isOver = false;
  const send = async (): Promise<void> => {
    const jobs = Array.from({ length: JOBS_PER_WISH }, () => String(next++));
    const body = JSON.stringify({ operation: 'dli.run', project_id: PROJECT, jobs });
    const headers = { ...DEV_PROOF, 'content-type': 'application/json' };
    const options = { method: 'POST' as const, headers, body, dispatcher };
    const answer = await request(`${url}/v1/intents`, options);
    await answer.body.dump();
    if (answer.statusCode < 300) counts.accepted += JOBS_PER_WISH;
    else counts.refused += 1;
  };
  const run = async (): Promise<void> => {
    const began = performance.now();
    for (let turn = 1; !isOver; turn += 1) {
      await Promise.all(Array.from({ length: wishes }, send));
      const left = began + turn * TURN_MS - performance.now();
      if (left > 0) await sleep(left);
      else counts.late = -left;
    }
  };
  const running = run();
  return {
    /** Jobs accepted, requests refused, and by how many milliseconds the last late turn was behind its time. */
    counts: () => ({ ...counts }),
    /** Ends the sending. Rejects if it failed. */
    stop: async (): Promise<void> => {
      isOver = true;
      await running;
      if (!dispatcher.closed) await dispatcher.close();
    },
  };
};
