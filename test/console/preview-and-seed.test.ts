import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startUpstream } from '../../local/upstream/simulator.ts';
import { send, type TestStack } from '../support/stack.ts';
import { beginConsole, PROJECT } from './console-room.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await beginConsole();
});
afterAll(() => stack.stop());

describe('a preview plans and sends nothing', () => {
  const preview = async (intent: unknown) =>
    JSON.parse((await stack.post('/local/console/preview', JSON.stringify(intent))).text);

  it('it tells the calls', async () => {
    const calls = stack.upstream.calls.length;
    const jobs = Array.from({ length: 120 }, (_, i) => String(i + 1));
    const told = await preview({ operation: 'dli.stop', project_id: PROJECT, jobs });
    expect(told.jobs).toBe(120);
    expect(told.calls.map((one: { jobs: unknown[] }) => one.jobs.length)).toEqual([100, 20]);
    expect(stack.upstream.calls.length).toBe(calls);
  });

  it('and every fault', async () => {
    const told = await preview({ operation: 'dli.stop', project_id: '?', jobs: ['x'] });
    expect(told.ok).toBe(false);
    expect(told.faults).toHaveLength(2);
  });
});

describe('a seed makes a run repeatable', () => {
  it('the same seed draws the same faults', async () => {
    const upstream = await startUpstream({ behaviour: { '*': { faults: { throttle: 0.5 } } } });
    const fates = async (seed: number) => {
      upstream.seed(seed);
      const statuses: number[] = [];
      for (let i = 0; i < 12; i += 1) {
        const path = `/v1.0/${PROJECT}/streaming/jobs/stop`;
        const { status } = await send(upstream.url + path, '{"job_ids":[1]}');
        statuses.push(status);
      }
      return statuses;
    };
    const drawn = await fates(7);
    expect(new Set(drawn)).toEqual(new Set([200, 429]));
    expect(await fates(7)).toEqual(drawn);
    expect(await fates(8)).not.toEqual(drawn);
    await upstream.stop();
  });

  it('and is set by a route', async () => {
    const set = (seed: unknown) =>
      stack.request({ method: 'PUT', path: '/local/upstream/seed' }, JSON.stringify({ seed }));
    expect((await set(7)).status).toBe(200);
    expect((await set('7')).status).toBe(400);
  });
});
