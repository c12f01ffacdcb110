import { describe, expect, it } from 'vitest';
import { MisconfiguredError } from '../../shared/json/settings.ts';
import { makeAccounts } from '../../shared/upstream/accounts.ts';
import { keptLog } from '../support/logs.ts';

const secret = (sk: string, project = 'p') =>
  JSON.stringify({ projects: { [project]: { ak: 'AKIDEXAMPLE', sk } } });

const TTL_MS = 60_000;
const LEAST_MS = 5_000;

/** A source that says what the test tells it to, and a clock that stands still. */
const begin = (first: string | Error) => {
  const clock = { now: 1_000_000 };
  const source = { says: first, reads: 0, gate: Promise.resolve() };
  const { log, lines } = keptLog();
  const accounts = makeAccounts(
    {
      fetch: async () => {
        source.reads++;
        const { says } = source;
        await source.gate;
        if (says instanceof Error) throw says;
        return says;
      },
      now: () => clock.now,
      log,
    },
    { ttlMs: TTL_MS, leastRefreshMs: LEAST_MS },
  );
  const skOf = async (project = 'p') => {
    const account = await accounts.of(project);
    if (account === undefined || account === 'out of reach') return account;
    return account.credential.kind === 'key' ? account.credential.secret : 'a user';
  };
  return { accounts, clock, source, lines, skOf };
};

const DOWN = Object.assign(new Error('sk-in-a-quoted-text'), { code: 'ETIMEDOUT' });

describe('the secret is read when it is needed, and kept', () => {
  it('once, however many wait', async () => {
    const { skOf, source } = begin(secret('one'));
    expect(await Promise.all([skOf(), skOf(), skOf()])).toEqual(['one', 'one', 'one']);
    expect(source.reads).toBe(1);
  });

  it('until its time is over', async () => {
    const { skOf, source, clock } = begin(secret('one'));
    await skOf();
    source.says = secret('two');
    clock.now += TTL_MS - 1;
    expect(await skOf()).toBe('one');
    clock.now += 1;
    expect(await skOf()).toBe('two');
    expect(source.reads).toBe(2);
  });

  it('the same text gives the very same accounts', async () => {
    const { accounts, clock } = begin(secret('one'));
    const before = await accounts.of('p');
    clock.now += TTL_MS;
    expect(await accounts.of('p')).toBe(before);
  });

  it('a clock that was set back stops nothing', async () => {
    const { skOf, source, clock } = begin(secret('one'));
    await skOf();
    source.says = secret('two');
    clock.now -= 3_600_000;
    expect(await skOf()).toBe('two');
  });
});

describe('a project without an entry makes it be read again', () => {
  it('but not too often', async () => {
    const { skOf, source, clock } = begin(secret('one'));
    expect(await skOf('q')).toBeUndefined();
    source.says = secret('two', 'q');
    expect(await skOf('q')).toBeUndefined();
    expect(source.reads).toBe(1);
    clock.now += LEAST_MS;
    expect(await Promise.all([skOf('q'), skOf('q')])).toEqual(['two', 'two']);
    expect(source.reads).toBe(2);
  });
});

describe('an older copy does not tell that a project has no credential', () => {
  it.each<[string, string | Error]>([
    ['the source is out of reach', DOWN],
    ['what it says now is faulty', '{"projects": {"p": {}, "q": {}}}'],
  ])('where %s', async (_, says) => {
    const { skOf, source, clock } = begin(secret('one'));
    expect(await skOf('q')).toBeUndefined();
    source.says = says;
    clock.now += LEAST_MS;
    expect(await skOf('q')).toBe('out of reach');
    expect(await skOf('p')).toBe('one');
    source.says = secret('two', 'q');
    clock.now += LEAST_MS;
    expect(await skOf('q')).toBe('two');
  });
});

describe('a refused credential makes it be read again', () => {
  it('at once, however short ago it was read', async () => {
    const { accounts, skOf, source } = begin(secret('one'));
    await skOf();
    const readsThen = accounts.reads();
    source.says = secret('two');
    await accounts.refresh(readsThen);
    expect(await skOf()).toBe('two');
  });

  it('once for all requests that were sent before', async () => {
    const { accounts, skOf, source } = begin(secret('one'));
    await skOf();
    const readsThen = accounts.reads();
    await Promise.all([accounts.refresh(readsThen), accounts.refresh(readsThen)]);
    await accounts.refresh(readsThen);
    expect(source.reads).toBe(2);
  });

  it('and not by a read that began before the request went out', async () => {
    const { accounts, skOf, source, clock } = begin(secret('one'));
    await skOf();
    clock.now += TTL_MS;
    const gate = Promise.withResolvers<void>();
    source.gate = gate.promise;
    const early = accounts.refresh();
    clock.now += 1;
    source.says = secret('two');
    const late = accounts.refresh(accounts.reads());
    gate.resolve();
    await Promise.all([early, late]);
    expect(source.reads).toBe(3);
    expect(await skOf()).toBe('two');
  });

  it('nor a second time by who learns of one that is under way and began later, however long it takes', async () => {
    const { accounts, skOf, source, clock } = begin(secret('one'));
    await skOf();
    const readsThen = accounts.reads();
    const gate = Promise.withResolvers<void>();
    source.gate = gate.promise;
    const first = accounts.refresh(readsThen);
    await new Promise(setImmediate);
    clock.now += LEAST_MS;
    const second = accounts.refresh(readsThen);
    gate.resolve();
    await Promise.all([first, second]);
    expect(source.reads).toBe(2);
  });

  it('and again while it goes on being refused, but not too often', async () => {
    const { accounts, skOf, source, clock } = begin(secret('one'));
    await skOf();
    const readsThen = accounts.reads() - 1;
    await accounts.refresh(readsThen);
    await accounts.refresh();
    expect(source.reads).toBe(1);
    clock.now += LEAST_MS;
    await accounts.refresh(readsThen);
    expect(source.reads).toBe(2);
  });
});

describe('a source that is out of reach', () => {
  it('takes no credential away that was read', async () => {
    const { accounts, skOf, source, clock, lines } = begin(secret('one'));
    await skOf();
    source.says = DOWN;
    clock.now += TTL_MS;
    expect(await Promise.all([skOf(), skOf()])).toEqual(['one', 'one']);
    expect(await skOf()).toBe('one');
    expect(source.reads).toBe(2);
    await accounts.refresh(accounts.reads());
    expect(source.reads).toBe(3);
    expect(lines).toContainEqual({
      level: 'warn',
      event: 'credentials not read',
      fields: { reason: 'Error (ETIMEDOUT)', older_kept: true },
    });
    clock.now += LEAST_MS;
    source.says = secret('two');
    expect(await skOf()).toBe('two');
  });

  it.each<[unknown, string]>([
    ['sk-in-a-text', 'no reason given'],
    [undefined, 'no reason given'],
    [new Error('sk-in-a-text'), 'Error'],
    [new TypeError('sk-in-a-text'), 'TypeError'],
    [{ name: 'ResourceNotFoundException' }, 'ResourceNotFoundException'],
    [{ name: 'sk-in-a-nameError' }, 'an error'],
    [{ name: 'Error sk-in-a-name' }, 'an error'],
    [{ code: 'ENOENT' }, 'Error (ENOENT)'],
    [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'Error (ERR_TLS_CERT_ALTNAME_INVALID)'],
    [{ code: 'sk-in-a-code' }, 'Error'],
    [{ code: 'ENOENT sk-in-a-code' }, 'Error'],
    [{ code: 'sk-in-a-code ENOENT' }, 'Error'],
    [{ code: 'sk-in-a-code ERR_TLS' }, 'Error'],
    [{ code: 'ERR_TLS sk-in-a-code' }, 'Error'],
    [{ code: 17 }, 'Error'],
  ])(
    'is told by names and codes as programs give them, never by its text: %j',
    async (odd, reason) => {
      const { log, lines } = keptLog();
      const thrown =
        typeof odd === 'object' && !(odd instanceof Error)
          ? Object.assign(new Error('sk-in-a-text'), odd)
          : odd;
      const fetch = () => Promise.reject(thrown);
      const options = { ttlMs: TTL_MS, leastRefreshMs: LEAST_MS };
      await makeAccounts({ fetch, now: () => 0, log }, options).check();
      const fields = { reason, older_kept: false };
      expect(lines).toEqual([{ level: 'warn', event: 'credentials not read', fields }]);
    },
  );

  it('leaves nobody with a credential if none was read, and is not asked in a hurry', async () => {
    const { accounts, skOf, source, clock } = begin(DOWN);
    await accounts.check();
    expect(await skOf()).toBe('out of reach');
    expect(source.reads).toBe(1);
    clock.now += LEAST_MS;
    source.says = secret('one');
    expect(await skOf()).toBe('one');
  });
});

describe('a secret that cannot be read', () => {
  const bad = JSON.stringify({ projects: { p: { ak: 'hunter2,', sk: 'hunter2 ' }, q: {} } });

  it('is a bad setting, with every fault and no value', async () => {
    const { accounts, skOf, source, clock } = begin(bad);
    const refused = accounts.check();
    await expect(refused).rejects.toThrow(MisconfiguredError);
    await expect(refused).rejects.toThrow(
      /projects\.p\.ak must .*; projects\.p\.sk must .*; projects\.q must/,
    );
    await expect(refused).rejects.not.toThrow('hunter2');
    await expect(skOf()).rejects.toThrow(MisconfiguredError);
    expect(source.reads).toBe(1);
    clock.now += LEAST_MS;
    source.says = secret('one');
    expect(await skOf()).toBe('one');
    await accounts.check();
  });

  it('takes no credential away that was read, and is told', async () => {
    const { skOf, source, clock, lines } = begin(secret('one'));
    await skOf();
    source.says = bad;
    clock.now += TTL_MS;
    expect(await skOf()).toBe('one');
    source.says = new MisconfiguredError('UPSTREAM_SECRET_ID names a secret that does not exist');
    clock.now += LEAST_MS;
    expect(await skOf()).toBe('one');
    expect(lines.map(({ level }) => level)).toEqual(['warn', 'warn']);
    expect(JSON.stringify(lines)).toContain('projects.q must');
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });

  it('as is one with a user that has no IAM endpoint', async () => {
    const text = JSON.stringify({ projects: { p: { user: 'u', password: 'w', domain: 'd' } } });
    const edges = { fetch: async () => text, now: () => 0, log: keptLog().log };
    const options = { ttlMs: TTL_MS, leastRefreshMs: LEAST_MS };
    await makeAccounts(edges, options).check();
    await expect(makeAccounts(edges, { ...options, needsIam: true }).check()).rejects.toThrow(
      'projects.p.endpoints.iam is not set',
    );
  });
});
