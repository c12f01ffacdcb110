import { describe, expect, it } from 'vitest';
import { keepCallers } from '../../shared/callers/kept-callers.ts';
import { MisconfiguredError } from '../../shared/json/settings.ts';
import { keptLog } from '../support/logs.ts';

const secretOf = (id: string): string =>
  JSON.stringify({
    callers: [{ id, proofs: [{ kind: 'github', secret: 'S3CRET' }], grants: [] }],
  });

const TTL = 300_000;

/** Keeps the ids of a secret that a test can change, with a clock that a test can move. */
const begin = (first: () => string) => {
  const { log, lines } = keptLog();
  const it = { answer: first, at: 1_000_000, reads: 0, hangs: false, pauses: [] as number[] };
  const current = keepCallers(
    {
      fetch: async () => {
        it.reads++;
        return it.hangs ? new Promise<string>(() => undefined) : it.answer();
      },
      make: (callers) => callers.map(({ id }) => id),
      now: () => it.at,
      log,
      pause: async (ms) => {
        it.pauses.push(ms);
        // A read that is answered is quicker than any pause.
        await new Promise((then) => setImmediate(then));
      },
    },
    { ttlMs: TTL, retryMs: 10_000 },
  );
  const later = (ms: number) => {
    it.at += ms;
    return current();
  };
  return { it, current, later, lines };
};

const unreachable = (): never => {
  throw Object.assign(new Error('S3CRET could not be read'), { name: 'TimeoutError' });
};

describe('the callers are read when they are needed, and kept', () => {
  it('once for many requests at once, until their time is over', async () => {
    const { it: state, current, later } = begin(() => secretOf('a'));
    expect(await Promise.all([current(), current()])).toEqual([['a'], ['a']]);
    expect(await later(TTL - 1)).toEqual(['a']);
    expect(state.reads).toBe(1);
    state.answer = () => secretOf('b');
    expect(await later(1)).toEqual(['b']);
    expect(state.reads).toBe(2);
  });

  it('the same text is the same version', async () => {
    const { current, later } = begin(() => secretOf('a'));
    const first = await current();
    expect(await later(TTL)).toBe(first);
  });

  it('also after the clock was set back', async () => {
    const { it: state, current, later } = begin(() => secretOf('a'));
    await current();
    await later(-TTL);
    expect(state.reads).toBe(2);
  });
});

describe('the last good version stays in force', () => {
  it.each([
    ['a faulty version', () => '{"callers":[{"S3CRET":1}]}', /^Settings: .*#\/callers\/0/],
    ['no JSON', () => '{S3CRET', /not valid JSON/],
    ['no answer', unreachable, /^TimeoutError$/],
  ])('%s: with a log line at each read, and no value in it', async (_, answer, reason) => {
    const { it: state, current, later, lines } = begin(() => secretOf('a'));
    await current();
    state.answer = answer;
    expect(await later(TTL)).toEqual(['a']);
    expect(await later(1)).toEqual(['a']);
    expect(lines).toEqual([
      {
        level: 'warn',
        event: 'callers not read',
        fields: { reason: expect.stringMatching(reason), older_kept: true },
      },
    ]);
    expect(JSON.stringify(lines)).not.toContain('S3CRET');
    state.answer = () => secretOf('b');
    expect(await later(10_000)).toEqual(['b']);
  });
});

it('while the secret is slow, the version in force serves, after half a second at most', async () => {
  const { it: state, current, later } = begin(() => secretOf('a'));
  await current();
  state.hangs = true;
  expect(await later(TTL)).toEqual(['a']);
  expect(await later(1)).toEqual(['a']);
  expect(state.pauses).toEqual([500, 500]);
  expect(state.reads).toBe(2);
});

describe('without any version no request comes in', () => {
  it('a faulty one fails the invocation, and names every fault without a value', async () => {
    const { it: state, current, later } = begin(() => '{"callers":[{"id":"S3CRET "}]}');
    await expect(current()).rejects.toThrow(MisconfiguredError);
    await expect(current()).rejects.toThrow(/callers\/0\/id: .*callers\/0\/proofs: .*grants: /);
    await expect(current()).rejects.not.toThrow(/S3CRET/);
    expect(state.reads).toBe(1);
    state.answer = () => secretOf('a');
    expect(await later(10_000)).toEqual(['a']);
  });

  it('one that is out of reach is tried again', async () => {
    const { it: state, current, later, lines } = begin(unreachable);
    expect(await current()).toBe('out of reach');
    expect(await later(9_999)).toBe('out of reach');
    expect(state.reads).toBe(1);
    expect(lines).toMatchObject([{ fields: { reason: 'TimeoutError', older_kept: false } }]);
    state.answer = () => secretOf('a');
    expect(await later(1)).toEqual(['a']);
  });
});
