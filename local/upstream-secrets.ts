import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MisconfiguredError } from '../shared/json/settings.ts';
import { type Accounts as Credentials, readCredentials } from '../shared/upstream/credentials.ts';
import { makePrivateFolder } from './private-folder.ts';
import type { Settings } from './settings.ts';
import { unusable } from './unusable-setting.ts';
import { type Accounts, parseAccounts } from './upstream/accounts.ts';

const SETTING = 'UPSTREAM_SECRETS_FILE';

/** The credentials that sign calls upstream. */
export interface UpstreamSecrets {
  readonly path: string;
  /** Whether it is a key that was made for this run. */
  readonly development: boolean;
  /** The accounts that the simulator lets in. */
  readonly accounts: Accounts;
  readonly stop: () => Promise<void>;
}

type Wanted = Pick<Settings, 'UPSTREAM_SECRETS_FILE' | 'DATA_DIR'>;

/**
 * The file that the settings name, checked; or a new one with one key pair for every project. No other user can read the new
 * one, and the stack deletes it. Throws `MisconfiguredError` with every fault of a named file, and none of its values.
 */
export const provideUpstreamSecrets = (
  { UPSTREAM_SECRETS_FILE: named, DATA_DIR: dataDir }: Wanted,
  { needsIam }: { readonly needsIam: boolean },
): UpstreamSecrets => {
  if (named === undefined) return makeDevelopmentKey(dataDir);
  const accounts = accountsIn(readNamed(named), needsIam);
  return { path: named, development: false, accounts, stop: async () => undefined };
};

const readNamed = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return unusable(SETTING)(error);
  }
};

const accountsIn = (text: string, needsIam: boolean): Accounts => {
  const read = readCredentials(text, { needsIam });
  if (!read.ok)
    throw new MisconfiguredError(`${SETTING} cannot be used: ${read.problems.join('; ')}`);
  try {
    return parseAccounts(accountsOf(read.accounts));
  } catch (error) {
    return unusable(SETTING)(error);
  }
};

/** One account for each credential, with its projects. The simulator refuses it for any other project. */
const accountsOf = (credentials: Credentials): Accounts => {
  const shared = new Map<string, string[]>();
  for (const [project, { credential }] of credentials) {
    const text = JSON.stringify(credential);
    shared.set(text, [...(shared.get(text) ?? []), project]);
  }
  const projectsOf = (credential: unknown) => {
    const projects = shared.get(JSON.stringify(credential)) ?? [];
    return projects.includes('*') ? {} : { projects };
  };
  const distinct = new Map(
    [...credentials.values()].map(({ credential }) => [JSON.stringify(credential), credential]),
  );
  return {
    keys: [...distinct.values()].flatMap((credential) =>
      credential.kind === 'key'
        ? [
            {
              ak: credential.access,
              sk: credential.secret,
              ...(credential.securityToken && { security_token: credential.securityToken }),
              ...projectsOf(credential),
            },
          ]
        : [],
    ),
    users: [...distinct.values()].flatMap((credential) => {
      if (credential.kind !== 'user') return [];
      const { user, password, domain } = credential;
      return [{ user, password, domain, ...projectsOf(credential) }];
    }),
  };
};

const makeDevelopmentKey = (dataDir: string | undefined): UpstreamSecrets => {
  const key = {
    ak: `DEVELOPMENT${randomBytes(6).toString('hex').toUpperCase()}`,
    sk: randomBytes(30).toString('base64url'),
  };
  const folder = makePrivateFolder(dataDir, 'upstream-key');
  const path = join(folder, 'upstream-secrets.json');
  writeFileSync(path, JSON.stringify({ projects: { '*': key } }), { mode: 0o600, flag: 'wx' });
  return {
    path,
    development: true,
    accounts: { keys: [key] },
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  };
};
