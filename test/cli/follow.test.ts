import { describe, expect, it } from 'vitest';
import { confirmed } from '../../cli/confirm.ts';
import { CommandError } from '../../cli/exit.ts';
import { follow } from '../../cli/follow.ts';
import type { Target } from '../../cli/target/target.ts';
import { plain } from '../../cli/text/paint.ts';
import type { World } from '../../cli/world.ts';
import type { IntentStatus, JobStatus } from '../../clients/typescript/src/schemas.ts';

/** A world that keeps what is written, and whose clock stands still. */
const quietWorld = (more: Partial<World> = {}) => {
  const [out, said, bars]: string[][] = [[], [], []];
  const world: World = {
    out: (line) => out?.push(line),
    say: (line) => said?.push(line),
    overwrite: (line) => bars?.push(line),
    confirm: undefined,
    readInput: undefined,
    paint: plain,
    environment: {},
    now: () => 0,
    signal: new AbortController().signal,
    unread: new AbortController().signal,
    ...more,
  };
  return { world, out, said, bars };
};

const answering = (...answers: readonly IntentStatus[]): Target => {
  const left = [...answers];
  const client = {
    status: async () => left.shift() ?? answers.at(-1),
    submit: () => Promise.reject(new Error('not asked for')),
    settled: () => Promise.reject(new Error('not asked for')),
  } as Target['client'];
  const parts = () => Promise.reject(new Error('not asked for'));
  return { name: 'test', isEmbedded: true, url: 'http://127.0.0.1:1', token: 't', client, parts };
};

const ID = '0199c0de-0000-7000-8000-000000000000';

const status = (
  progress: IntentStatus['status'],
  ...outcomes: readonly JobStatus['outcome'][]
): IntentStatus => ({
  intent_id: ID,
  status: progress,
  job_count: outcomes.length,
  jobs: outcomes.map((outcome, i) => ({ job_id: `${i + 1}`, outcome })),
});

const FOREVER = { isJson: false, timeoutMs: undefined };

describe('watch', () => {
  it('prints each verdict once, with a bar on a terminal, and ends well if all were delivered', async () => {
    const { world, out, said, bars } = quietWorld();
    const target = answering(
      { intent_id: ID, status: 'queued' },
      status('in_progress', 'delivered', undefined),
      status('settled', 'delivered', 'delivered'),
    );
    expect(await follow(world, target, [ID], FOREVER)).toBe(0);
    expect(out).toEqual(['1  delivered', '2  delivered']);
    expect(said).toEqual(['2 delivered']);
    expect(bars).toContain('waiting for the first verdicts');
    expect(bars).toContain('[###############...............] 1 of 2 jobs');
  });

  it('ends with 1 if one was not, and writes a line of JSON for each', async () => {
    const { world, out } = quietWorld({ overwrite: undefined });
    const target = answering(status('settled', 'delivered', 'rejected'));
    expect(await follow(world, target, [ID], { ...FOREVER, isJson: true })).toBe(1);
    expect(out?.map((line) => JSON.parse(line))).toMatchObject([
      { intent_id: ID, job_id: '1', outcome: 'delivered' },
      { intent_id: ID, job_id: '2', outcome: 'rejected' },
    ]);
  });

  it('at its time limit it says how to go on', async () => {
    const { world } = quietWorld();
    const target = answering(status('in_progress', undefined, undefined));
    const following = follow(world, target, [ID], { isJson: false, timeoutMs: 0 });
    await expect(following).rejects.toMatchObject({
      told: { exit: 4, remedy: expect.stringContaining(`watch ${ID}`) },
    });
  });
});

describe('a question', () => {
  it.each([
    [true, undefined],
    [false, 5],
  ])('answered %s', async (answer, exit) => {
    const { world } = quietWorld({ confirm: async () => answer });
    const asked = confirmed(world, 'Run 51 jobs?').then(
      () => undefined,
      (error: unknown) => (error instanceof CommandError ? error.told.exit : error),
    );
    expect(await asked).toBe(exit);
  });
});
