import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { provideUpstreamSecrets } from '../../local/upstream-secrets.ts';

const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'upstream-secrets-test-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
};

const provide = (
  settings: { UPSTREAM_SECRETS_FILE?: string; DATA_DIR?: string },
  needsIam = false,
) => {
  const secrets = provideUpstreamSecrets(
    {
      DATA_DIR: settings.DATA_DIR,
      UPSTREAM_SECRETS_FILE: settings.UPSTREAM_SECRETS_FILE,
    },
    { needsIam },
  );
  onTestFinished(secrets.stop);
  return secrets;
};

const provideFile = (content: unknown, needsIam = false) => {
  const path = join(folder(), 'secrets.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return provide({ UPSTREAM_SECRETS_FILE: path }, needsIam);
};

describe('unless a file is named there is a key for this run', () => {
  it.each(['in the temporary folder', 'under DATA_DIR'])(
    'for every project, %s, for nobody else to read, and gone with the stack',
    async (where) => {
      const data = join(folder(), 'new');
      const inData = where === 'under DATA_DIR';
      const { path, development, accounts, stop } = provide(inData ? { DATA_DIR: data } : {});
      expect(development).toBe(true);
      expect(dirname(dirname(path))).toBe(inData ? data : tmpdir());
      expect([statSync(path).mode & 0o777, statSync(dirname(path)).mode & 0o777]).toEqual([
        0o600, 0o700,
      ]);
      expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
        projects: { '*': accounts.keys?.[0] },
      });
      expect(accounts.keys?.[0]?.sk.length).toBeGreaterThanOrEqual(40);
      await stop();
      expect(existsSync(dirname(path))).toBe(false);
    },
  );

  it('another one each time', () => {
    expect(provide({}).accounts).not.toEqual(provide({}).accounts);
  });
});

describe('a file that is named says who may call, and for which projects', () => {
  const [key, temporary] = [
    { ak: 'K', sk: 's' },
    { ak: 'T', sk: 's', security_token: 't' },
  ];
  const user = { user: 'u', password: 'p', domain: 'd' };

  it('each credential once', () => {
    const { development, accounts } = provideFile({
      projects: { a: key, b: key, c: temporary, d: user, e: user },
    });
    expect(development).toBe(false);
    expect(accounts).toEqual({
      keys: [
        { ...key, projects: ['a', 'b'] },
        { ...temporary, projects: ['c'] },
      ],
      users: [{ ...user, projects: ['d', 'e'] }],
    });
  });

  it('everybody’s opens every project', () => {
    const { accounts } = provideFile({ projects: { a: key, '*': key } });
    expect(accounts).toEqual({ keys: [key], users: [] });
  });

  it('and it stays when the stack goes', async () => {
    const { path, stop } = provideFile({ projects: { '*': key } });
    await stop();
    expect(existsSync(path)).toBe(true);
  });
});

describe('a file that cannot be used is said so, without its secrets', () => {
  it('one that is not there', () => {
    const path = join(folder(), 'none.json');
    expect(() => provide({ UPSTREAM_SECRETS_FILE: path })).toThrow(
      /^UPSTREAM_SECRETS_FILE cannot be used: .*ENOENT/,
    );
  });

  it.each([
    ['hush', 'JSON'],
    ['{}', 'projects'],
    [
      { projects: { a: { ak: 'K' }, b: { user: 'hush' } } },
      'projects.a has no sk; projects.b has no password',
    ],
    [{ projects: { a: { ak: 'K', sk: 'hush 1' } } }, 'projects.a.sk must be'],
    [
      { projects: { a: { ak: 'K', sk: 'hush1' }, b: { ak: 'K', sk: 'hush2' } } },
      'lists an access key twice',
    ],
  ])('%j', (content, problem) => {
    const act = () => provideFile(content);
    expect(act).toThrow(problem);
    expect(act).toThrow(/^UPSTREAM_SECRETS_FILE cannot be used: /);
    expect(act).not.toThrow('hush');
  });

  it('a user needs IAM', () => {
    const content = { projects: { a: { user: 'u', password: 'p', domain: 'd' } } };
    expect(() => provideFile(content, true)).toThrow('projects.a.endpoints.iam is not set');
    expect(provideFile(content, false).accounts.users).toHaveLength(1);
  });
});
