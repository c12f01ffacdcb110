import { describe, expect, it } from 'vitest';
import { MisconfiguredError } from '../../shared/json/settings.ts';
import { makeAccounts } from '../../shared/upstream/accounts.ts';
import { DOWN, LEAST_MS, secret, startAccounts, TTL_MS } from '../support/accounts-room.ts';
import { keptLog } from '../support/logs.ts';

describe('a source that is out of reach', () => {
  it('takes no credential away that was read', async () => {
    const { accounts, skOf, source, clock, lines, counted } = startAccounts(secret('one'));
    await skOf();
    source.says = DOWN;
    clock.now += TTL_MS;
    expect(await Promise.all([skOf(), skOf()])).toEqual(['one', 'one']);
    expect(await skOf()).toBe('one');
    expect(source.reads).toBe(2);
    await accounts.refresh(accounts.reads());
    expect(source.reads).toBe(3);
    expect(counted).toEqual([
      ['SecretFailures', 1],
      ['SecretFailures', 1],
    ]);
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

  it('leaves no project with a credential if none was read, and is not asked in a hurry', async () => {
    const { accounts, skOf, source, clock } = startAccounts(DOWN);
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
    const { accounts, skOf, source, clock } = startAccounts(bad);
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
    const { skOf, source, clock, lines } = startAccounts(secret('one'));
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
