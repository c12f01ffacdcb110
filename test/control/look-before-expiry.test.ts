import { describe, expect, it } from 'vitest';
import { message, startControlRoom } from '../support/control-room.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { NOW } from '../support/messages.ts';

const LEASE = 60_000;
const GRACE = LEASE + 30 * 60_000;
const SETTLE = 30_000;
const SECOND = 1_000;

/** A job that is good for a second, in a message whose call goes unanswered; a look after that shows nothing. */
const begin = async (ledger = memoryLedger()) => {
  const world = { at: Date.parse(NOW), status: undefined as string | undefined };
  const { run, calls, looks, results } = startControlRoom({
    ledger,
    now: () => world.at,
    statusOf: () => world.status,
    reply: () => ({ kind: 'silent', reason: 'timeout' }),
  });
  const wish = { jobs: ['1'], expires_at: new Date(world.at + SECOND).toISOString() };
  await run([message('m', wish)]);
  looks.length = 0;
  const goOn = async (afterMs: number, status?: string) => {
    world.at += afterMs;
    world.status = status;
    const staying = await run([message('m', wish, 2)]);
    const told = results.map(({ outcome, evidence }) => [outcome, evidence]);
    return { staying, told, looks: looks.length, calls: calls.length };
  };
  return { goOn };
};

const EXPIRED = [['expired', undefined]];
const OBSERVED = [['delivered', 'observed']];

describe('a job whose request may have been served is looked at before it is told to have expired', () => {
  it('that it was served is told at once, though the request may yet take effect', async () => {
    const { goOn } = await begin();
    const told = { staying: [], told: OBSERVED, looks: 1, calls: 1 };
    expect(await goOn(SETTLE - 1, 'job_running')).toEqual(told);
  });

  it.each(['job_init', 'job_cancel_success', 'missing'])(
    'not that it was not served, while it may yet be, with the job %s',
    async (status) => {
      const { goOn } = await begin();
      const still = { staying: ['m'], told: [], looks: 1, calls: 1 };
      expect(await goOn(SETTLE - 1, status)).toEqual(still);
      expect(await goOn(1, status)).toEqual({
        staying: [],
        told: EXPIRED,
        looks: 2,
        calls: 1,
      });
    },
  );

  it.each([
    ['served', 'job_running', OBSERVED],
    ['served, and over since', 'job_finish', OBSERVED],
    ['not served', 'job_init', EXPIRED],
    ['gone', 'missing', EXPIRED],
  ])('it was %s', async (_, status, told) => {
    const { goOn } = await begin();
    expect(await goOn(SETTLE, status)).toEqual({ staying: [], told, looks: 1, calls: 1 });
  });

  it.each([
    ['on its way', 'job_savepointing'],
    ['out of sight', undefined],
  ])('it is %s: that is waited for, and not for ever', async (_, status) => {
    const { goOn } = await begin();
    const waiting = { staying: ['m'], told: [], calls: 1 };
    expect(await goOn(SETTLE, status)).toMatchObject(waiting);
    expect(await goOn(SECOND + GRACE - SETTLE - 1, status)).toMatchObject(waiting);
    expect(await goOn(1, status)).toEqual({ staying: [], told: EXPIRED, looks: 3, calls: 1 });
  });

  it('also if the invocation that called it left no record', async () => {
    const memory = memoryLedger();
    const { goOn } = await begin({
      ...memory,
      write: async (entry, seen) =>
        entry.body.includes('"asked":[{') ? 'unknown' : memory.write(entry, seen),
    });
    const told = { staying: [], told: OBSERVED, looks: 1, calls: 1 };
    expect(await goOn(LEASE, 'job_running')).toEqual(told);
  });
});

describe('one without a request is not looked at', () => {
  it('it has expired at once', async () => {
    const { run, looks, results } = startControlRoom({ statusOf: () => 'job_running' });
    expect(await run([message('m', { jobs: ['1'], expires_at: NOW })])).toEqual([]);
    expect([looks, results.map(({ outcome }) => outcome)]).toEqual([[], ['expired']]);
  });

  it('nor one for whose sake only a newer intent was carried out', async () => {
    let at = Date.parse(NOW);
    const { run, looks, results } = startControlRoom({
      now: () => at,
      statusOf: () => undefined,
      reply: () => ({ kind: 'silent', reason: 'timeout' }),
    });
    const old = { age: 1, jobs: ['1'], expires_at: new Date(at + SECOND).toISOString() };
    await run([message('new', { age: 2, jobs: ['1'] })]);
    looks.length = 0;
    at += LEASE;
    expect(await run([message('old', old)])).toEqual([]);
    expect([looks, results.map(({ outcome }) => outcome)]).toEqual([[], ['expired']]);
  });
});

describe('a request that served several who asked', () => {
  const shared = async (status: string) => {
    const begun = Date.parse(NOW);
    let at = begun;
    const { run, looks, results } = startControlRoom({
      now: () => at,
      statusOf: () => (at < begun + SETTLE ? undefined : status),
      reply: () => ({ kind: 'silent', reason: 'timeout' }),
    });
    const old = message('old', {
      age: 1,
      jobs: ['1'],
      expires_at: new Date(at + SECOND).toISOString(),
    });
    const batch = [old, message('new', { age: 2, jobs: ['1'] })];
    await run(batch);
    looks.length = 0;
    at += SETTLE;
    return { batch, run, looks, told: () => results.map(({ outcome }) => outcome) };
  };

  it('none of them is told to have expired if it took effect', async () => {
    const { batch, run, told } = await shared('job_running');
    expect(await run(batch)).toEqual([]);
    expect(told()).toEqual(['delivered', 'delivered']);
  });

  it('also where another of them was told first', async () => {
    const { batch, run, looks, told } = await shared('job_running');
    expect(await run(batch.slice(1))).toEqual([]);
    expect(await run(batch.slice(0, 1))).toEqual([]);
    expect([told(), looks.length]).toEqual([['delivered', 'delivered'], 1]);
  });
});

describe('if the ledger cannot tell, no result is published', () => {
  it('however long ago the deadline was', async () => {
    const memory = memoryLedger();
    const { run, results } = startControlRoom({
      now: () => Date.parse(NOW) + 10 * GRACE,
      ledger: {
        ...memory,
        read: async (keys) =>
          keys.some((key) => key.startsWith('job')) ? undefined : memory.read(keys),
      },
    });
    expect(await run([message('m', { jobs: ['1'], expires_at: NOW })])).toEqual(['m']);
    expect(results).toEqual([]);
  });
});

describe('one that the job’s record does not know of', () => {
  it('has expired, whatever was seen for an older one: others between them may still go', async () => {
    const memory = memoryLedger();
    let isLost = false;
    const begun = Date.parse(NOW);
    let at = begun;
    const { run, results } = startControlRoom({
      now: () => at,
      statusOf: () => (at === begun ? undefined : 'job_running'),
      reply: () => ({ kind: 'silent', reason: 'timeout' }),
      ledger: {
        ...memory,
        write: async (entry, seen) =>
          isLost && entry.key.startsWith('job') ? 'unknown' : memory.write(entry, seen),
      },
    });
    const old = message('old', { age: 1, jobs: ['1'] });
    const expires_at = new Date(at + 2 * LEASE).toISOString();
    const newer = message('newer', { age: 3, jobs: ['1'], expires_at });
    await run([old]);
    at += LEASE;
    isLost = true;
    expect(await run([newer])).toEqual(['newer']);
    isLost = false;
    expect(await run([old])).toEqual([]);
    at += LEASE;
    expect(await run([newer])).toEqual([]);
    expect(results.map(({ outcome }) => outcome)).toEqual(['delivered', 'expired']);
  });
});

describe('what a later release wrote is left to that', () => {
  it.each(['job', 'intent'])('a record of %s: no result says that it has expired', async (kind) => {
    const ledger = memoryLedger();
    const { goOn } = await begin(ledger);
    const entry = [...ledger.entries.values()].find(({ key }) => key.startsWith(kind));
    if (entry === undefined) throw new Error('no entry');
    const theirs = { ...entry, body: '{"v":2}', version: 'theirs', expiresAt: 0 };
    await ledger.write(theirs, entry.version);
    const waiting = { staying: ['m'], told: [], looks: 0, calls: 1 };
    expect(await goOn(10 * GRACE, 'job_running')).toEqual(waiting);
  });
});
