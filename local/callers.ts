import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ANY } from '../shared/callers/caller.ts';
import type { CallerEntry, Callers } from '../shared/callers/callers-document.ts';
import { readCallers } from '../shared/callers/callers-document.ts';
import type { Proof } from '../shared/callers/proof.ts';
import { sentence } from '../shared/json/fault.ts';
import { MisconfiguredError } from '../shared/json/settings.ts';
import { DEVELOPMENT_HOOKS } from './development-hooks.ts';
import { makePrivateFolder } from './private-folder.ts';
import type { Settings } from './settings.ts';
import { unusable } from './unusable-setting.ts';
import { type Accounts, nameOfUser, type User } from './upstream/accounts.ts';
import { idOfName } from './upstream/projects.ts';

const SETTING = 'CALLERS_FILE';

/** Who may call the stack. */
export interface StackCallers {
  readonly path: string;
  /** A line for each development caller and what it proves itself with. Empty if the settings name a file. */
  readonly greeting: readonly string[];
  /** Users of the simulator's IAM, for the callers who come with its tokens. */
  readonly users: readonly User[];
  readonly stop: () => Promise<void>;
}

type Wanted = Pick<Settings, 'CALLERS_FILE' | 'DATA_DIR' | 'DEV_TOKEN'>;

/**
 * The file that the settings name, checked; or a new one with a development caller of each kind, which the stack deletes.
 * Throws `MisconfiguredError` with every fault of a named file, and none of its values.
 */
export const provideCallers = (settings: Wanted): StackCallers => {
  const { CALLERS_FILE: named } = settings;
  if (named === undefined) return makeDevelopmentCallers(settings);
  const read = readCallers(readNamed(named));
  if (!read.ok) throw new MisconfiguredError(`${SETTING} cannot be used: ${sentence(read.faults)}`);
  return { path: named, greeting: [], users: [], stop: async () => undefined };
};

const readNamed = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return unusable(SETTING)(error);
  }
};

const digestOf = (text: string) => createHash('sha256').update(text);

/** The name of the development user, in the simulator's IAM too. */
export const DEV_NAME = 'dev';

/** The secret of the development caller for Standard Webhooks, whose secrets are base64. */
export const devWebhookSecret = (token: string): string =>
  `whsec_${digestOf(token).digest('base64')}`;

const caller = (id: string, proof: Proof): CallerEntry => ({
  id,
  proofs: [proof],
  grants: [{ projects: [ANY], operations: [ANY] }],
});

const hookCaller = (id: keyof typeof DEVELOPMENT_HOOKS, proof: Proof): CallerEntry => ({
  ...caller(id, proof),
  hook: DEVELOPMENT_HOOKS[id],
});

/** A caller of each kind, with every grant. One token is the secret of all. */
export const developmentCallers = (token: string): Callers => {
  const sha256 = digestOf(token).digest('hex');
  const secret = devWebhookSecret(token);
  const user_id = idOfName(DEV_NAME, DEV_NAME);
  return [
    caller('dev-bearer', { kind: 'bearer', sha256 }),
    caller('dev-basic', { kind: 'basic', user: DEV_NAME, password_sha256: sha256 }),
    caller('dev-vendor', { kind: 'vendor-key', access_key: DEV_NAME, secret_key: token }),
    caller('dev-iam', { kind: 'iam', user_id }),
    hookCaller('dev-webhook', { kind: 'standard-webhooks', secret }),
    hookCaller('dev-github', { kind: 'github', secret: token }),
    hookCaller('dev-alertmanager', {
      kind: 'basic',
      user: 'dev-alertmanager',
      password_sha256: sha256,
    }),
  ];
};

const greetingOf = (token: string): readonly string[] => [
  'Development callers, each with every grant:',
  `  dev-bearer       Authorization: Bearer ${token}`,
  `  dev-basic        user ${DEV_NAME}, password ${token}`,
  `  dev-vendor       access key ${DEV_NAME}, secret key ${token}`,
  `  dev-iam          IAM user ${DEV_NAME} of domain ${DEV_NAME}, password ${token}`,
  `  dev-webhook      POST /v1/hooks/dev-webhook, secret ${devWebhookSecret(token)}`,
  `  dev-github       POST /v1/hooks/dev-github, secret ${token}`,
  `  dev-alertmanager POST /v1/hooks/dev-alertmanager, user dev-alertmanager, password ${token}`,
];

const makeDevelopmentCallers = ({ DATA_DIR, DEV_TOKEN }: Wanted): StackCallers => {
  const folder = makePrivateFolder(DATA_DIR, 'callers');
  const path = join(folder, 'callers.json');
  const text = JSON.stringify({ callers: developmentCallers(DEV_TOKEN) });
  writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
  return {
    path,
    greeting: greetingOf(DEV_TOKEN),
    users: [{ user: DEV_NAME, domain: DEV_NAME, password: DEV_TOKEN }],
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  };
};

/** The accounts of the simulator, and these users. A user that the upstream secrets name too stays as it is there. */
export const withUsers = (accounts: Accounts, more: readonly User[]): Accounts => {
  const { users = [] } = accounts;
  const names = new Set(users.map(nameOfUser));
  return { ...accounts, users: [...users, ...more.filter((user) => !names.has(nameOfUser(user)))] };
};
