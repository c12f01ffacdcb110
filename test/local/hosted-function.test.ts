import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type HostedFunction, startFunction } from '../../local/host/function.ts';

/** Does what its event says: ends its thread, waits for nothing, or tells of its time until it has less than so much. */
const MODULE = `
  import { existsSync } from 'node:fs';
  if (existsSync(process.env.BROKEN)) throw new Error('it is broken');
  export const handler = async ({ exit, hang, until }, { getRemainingTimeInMillis }) => {
    if (exit !== undefined) process.exit(exit);
    if (hang) await new Promise((resolve) => setTimeout(resolve, 1e6));
    while (until !== undefined && getRemainingTimeInMillis() > until)
      await new Promise((resolve) => setTimeout(resolve, 5));
    return { remaining: getRemainingTimeInMillis() };
  };
`;

/** A function in a thread of its own, whose module fails to load while a file is there. */
const begin = async (environments = 1) => {
  const folder = await mkdtemp(join(tmpdir(), 'job-fanin-'));
  const broken = join(folder, 'broken');
  await writeFile(join(folder, 'module.mjs'), MODULE);
  const lines: string[] = [];
  const written = vi.spyOn(console, 'error').mockImplementation((...parts: unknown[]) => {
    lines.push(parts.join(' '));
  });
  const hosted = await startFunction({
    name: 'tried',
    module: pathToFileURL(join(folder, 'module.mjs')),
    env: { BROKEN: broken },
    timeoutSeconds: 60,
    environments,
    perEnvironment: 1,
  });
  onTestFinished(async () => {
    hosted.endBy(0);
    await hosted.stop();
    written.mockRestore();
    await rm(folder, { recursive: true });
  });
  return {
    hosted,
    lines,
    breakIt: () => writeFile(broken, ''),
    mend: () => rm(broken),
  };
};

const failing = (invocation: Promise<unknown>): Promise<unknown> =>
  invocation.then(
    () => 'nothing',
    (error: unknown) => error,
  );

describe('a function tells whether it can serve', () => {
  test('an environment that ends is said in one line, and replaced', async () => {
    const { hosted, lines } = await begin();
    expect(await failing(hosted.invoke({ exit: 3 }))).toMatchObject({
      errorType: 'Runtime.ExitError',
    });
    expect(lines).toEqual(['tried: an environment ended: exit code 3']);
    expect(await hosted.trouble()).toBeUndefined();
    expect(await hosted.invoke({})).toMatchObject({ remaining: expect.any(Number) });
  });

  test('one that cannot start again is its trouble, with the reason, until it can', async () => {
    const { hosted, breakIt, mend } = await begin();
    await breakIt();
    // What runs goes on running.
    expect(await hosted.trouble()).toBeUndefined();
    await failing(hosted.invoke({ exit: 0 }));
    expect(await hosted.trouble()).toMatch(/^cannot start: .*it is broken/);
    expect(await failing(hosted.invoke({}))).toMatchObject({ message: 'it is broken' });
    await mend();
    expect(await hosted.trouble()).toBeUndefined();
  });

  test('one that ends while it loads is no start that is waited for', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'job-fanin-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'module.mjs'), 'process.exit(7);');
    const module = pathToFileURL(join(folder, 'module.mjs'));
    const options = { name: 'x', module, env: {}, timeoutSeconds: 1 };
    const starting = startFunction({ ...options, environments: 1, perEnvironment: 1 });
    expect(await failing(starting)).toMatchObject({ errorType: 'Runtime.ExitError' });
  });
});

describe('an end that is told', () => {
  const remainingOf = async (invocation: Promise<unknown>): Promise<number> =>
    Number(Object(await invocation).remaining);
  const under = (hosted: HostedFunction, event: object) => failing(hosted.invoke(event));

  test('shrinks the time that a running function sees', async () => {
    const { hosted } = await begin();
    const running = hosted.invoke({ until: 30_000 });
    hosted.endBy(Date.now() + 20_000);
    expect(await remainingOf(running)).toBeLessThanOrEqual(20_000);
    expect(await remainingOf(hosted.invoke({}))).toBeLessThanOrEqual(20_000);
    expect(hosted.unfinished()).toBe(0);
  });

  test('ends at its time what is unfinished then, in every environment, and counts it', async () => {
    const { hosted, lines } = await begin(2);
    const both = [under(hosted, { hang: true }), under(hosted, { hang: true })];
    hosted.endBy(Date.now() + 50);
    for (const ended of await Promise.all(both))
      expect(ended).toMatchObject({ errorType: 'Sandbox.Stopped' });
    expect(hosted.unfinished()).toBe(2);
    expect(lines).toEqual([]);
    await hosted.stop();
    expect(await under(hosted, {})).toMatchObject({ errorType: 'Sandbox.Stopped' });
    expect(await hosted.trouble()).toBe('stopped');
  });
});
