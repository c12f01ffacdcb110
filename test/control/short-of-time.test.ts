import { expect, it } from 'vitest';
import { agree, message, startControlRoom } from '../support/control-room.ts';
import { NOW } from '../support/messages.ts';

const LEASE = 60_000;

it('jobs that there was no time to look at are not put off as those that were tried in vain', async () => {
  let at = Date.parse(NOW);
  let remaining = 60_000;
  let isSilent = true;
  const { run, looks, postponed, results } = startControlRoom({
    now: () => at,
    remainingMs: () => remaining,
    reply: (call) => (isSilent ? { kind: 'silent', reason: 'timeout' } : agree(call)),
    // Each look takes the time that one is allowed to take. The first ones, after silence, show nothing.
    statusOf: () => {
      if (isSilent) return undefined;
      remaining -= 25_000;
      return 'job_running';
    },
    callConcurrency: 1,
  });
  const given = (receives: number) =>
    ['1', '2', '3'].map((job, i) => message(job, { age: i, jobs: [job] }, receives));
  await run(given(1));
  looks.length = 0;

  [isSilent, at] = [false, at + LEASE];
  expect(await run(given(9))).toEqual(['2', '3']);
  expect([looks, results.map(({ job_id }) => job_id)]).toEqual([[['1']], ['1']]);
  // At the ninth receive one that was tried in vain waits for minutes.
  for (const id of ['2', '3']) expect(postponed.get(id)).toBeLessThanOrEqual(16);
});
