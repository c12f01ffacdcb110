import { createHash, generateKeyPairSync } from 'node:crypto';
import { operations } from '../../shared/operations/index.ts';

const digest = (secret: string): string => createHash('sha256').update(secret).digest('hex');

export const PROJECTS = ['054ba152d480d55b2f5dc0069e7ddef0', 'p-2', 'forbidden_3'] as const;

export interface FuzzGrant {
  readonly projects: readonly string[];
  readonly operations: readonly string[];
  readonly jobs?: readonly string[];
}

const EVERYTHING: FuzzGrant = { projects: ['*'], operations: ['*'] };

/** The jobs of a caller that may touch no others. */
export const NARROW_JOBS = ['131', '9223372036854775807', 'task-1'] as const;

/** A key pair of the vendor's. */
export interface KeyPair {
  readonly ak: string;
  readonly sk: string;
  readonly token?: string;
}

/** A caller, with the secrets that its proofs hold only in part. */
export interface FuzzCaller {
  readonly id: string;
  readonly grants: readonly FuzzGrant[];
  readonly tokens: readonly string[];
  readonly users: readonly (readonly [user: string, password: string])[];
  readonly keys: readonly KeyPair[];
  /** Secrets of Standard Webhooks. A caller with these, or with the next, has a hook. */
  readonly webhookSecrets: readonly string[];
  readonly gitHubSecrets: readonly string[];
  readonly hook?: unknown;
  readonly takesAlerts?: true;
  /** Its user or its domain in IAM. */
  readonly iam?: { readonly user?: string; readonly domain?: string };
}

const callerOf = (id: string, grants: readonly FuzzGrant[]): FuzzCaller => ({
  id,
  grants,
  tokens: [`token-${id}-old-3f9c2b7d1e`, `token-${id}-new-8a6e4c0f5b`],
  users: [[`user-${id}`, `pass:word-${id}-71c3d9`]],
  keys: [
    { ak: `AK-${id}-1`, sk: `sk-${id}-1-5d2f8b6a` },
    { ak: `AK-${id}-2`, sk: `sk-${id}-2-9e1c7a4d`, token: `security-token-${id}-2b8f6d` },
  ],
  webhookSecrets: [],
  gitHubSecrets: [],
});

const SPLIT: readonly FuzzGrant[] = [
  {
    projects: [PROJECTS[0]],
    operations: operations.filter(({ service }) => service === 'dli').map(({ name }) => name),
  },
  { projects: [PROJECTS[1]], operations: ['drs.start', 'drs.retry'] },
  { projects: [PROJECTS[1]], operations: ['dli.run'], jobs: ['131'] },
];

export const CALLERS: readonly FuzzCaller[] = [
  callerOf('all', [EVERYTHING]),
  callerOf('narrow', [
    { projects: [PROJECTS[0]], operations: ['dli.stop', 'drs.stop'], jobs: [...NARROW_JOBS] },
  ]),
  // What one grant gives in one project, the other does not give in the other.
  callerOf('split', SPLIT),
  callerOf('powerless', []),
];

/** The whole payload is an intent. */
const WHOLE = { intent: { body: '' } };

/** One intent for each alert that is firing. */
const EACH = {
  each: '/alerts',
  when: [{ item: '/status', is: 'firing' }],
  intent: { item: '/intent' },
};

/** Callers with a hook. Its payload is a native intent, or a list of alerts with one each. */
export const HOOK_CALLERS: readonly FuzzCaller[] = [
  {
    ...callerOf('hook-standard', SPLIT),
    webhookSecrets: ['old', 'new'].map(
      (name) => `whsec_${Buffer.from(`webhook-secret-${name}-0123456789`).toString('base64')}`,
    ),
    hook: WHOLE,
  },
  {
    ...callerOf('hook-github', [EVERYTHING]),
    gitHubSecrets: ['github-secret-old-4e8a', 'github-secret-new-9c1f'],
    hook: WHOLE,
  },
  { ...callerOf('hook-alerts', SPLIT), hook: EACH, takesAlerts: true },
];

/** Callers by their tokens of IAM. */
export const IAM_CALLERS: readonly FuzzCaller[] = [
  { ...callerOf('iam-user', SPLIT), iam: { user: 'user-1' } },
  { ...callerOf('iam-domain', [EVERYTHING]), iam: { domain: 'domain-1' } },
];

/** Was in the secret once. */
export const REMOVED: FuzzCaller = {
  ...callerOf('removed', [EVERYTHING]),
  webhookSecrets: [`whsec_${Buffer.from('webhook-secret-removed-0123456789').toString('base64')}`],
  gitHubSecrets: ['github-secret-removed-7b2d'],
};

/** The pair that signs deliveries by v1a. */
export const HOOK_PAIR = generateKeyPairSync('ed25519');

const publicKey = `whpk_${Buffer.from(HOOK_PAIR.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('base64')}`;

const iamProof = ({ user, domain }: NonNullable<FuzzCaller['iam']>) => ({
  kind: 'iam',
  ...(user !== undefined && { user_id: user }),
  ...(domain !== undefined && { domain_id: domain }),
});

const proofsOf = (caller: FuzzCaller): readonly unknown[] => [
  ...caller.tokens.map((token) => ({ kind: 'bearer', sha256: digest(token) })),
  ...caller.users.map(([user, password]) => ({
    kind: 'basic',
    user,
    password_sha256: digest(password),
  })),
  ...caller.keys.map(({ ak, sk, token }) => ({
    kind: 'vendor-key',
    access_key: ak,
    secret_key: sk,
    ...(token !== undefined && { security_token: token }),
  })),
  ...(caller.webhookSecrets.length > 0 ? [...caller.webhookSecrets, publicKey] : []).map(
    (secret) => ({ kind: 'standard-webhooks', secret }),
  ),
  ...caller.gitHubSecrets.map((secret) => ({ kind: 'github', secret })),
  ...(caller.iam === undefined ? [] : [iamProof(caller.iam)]),
];

/** The callers' secret, as it is given to the function. */
export const DOCUMENT = {
  callers: [...CALLERS, ...HOOK_CALLERS, ...IAM_CALLERS].map((caller) => ({
    id: caller.id,
    proofs: proofsOf(caller),
    grants: caller.grants,
    ...(caller.hook !== undefined && { hook: caller.hook }),
  })),
};

/** Everything that no answer and no log line may show. */
export const SECRETS: readonly string[] = [
  ...CALLERS,
  ...HOOK_CALLERS,
  ...IAM_CALLERS,
  REMOVED,
].flatMap(({ tokens, users, keys, webhookSecrets, gitHubSecrets }) => [
  ...tokens,
  ...users.flatMap(([user, password]) => [
    password,
    Buffer.from(`${user}:${password}`).toString('base64'),
  ]),
  ...keys.flatMap(({ sk, token }) => [sk, ...(token === undefined ? [] : [token])]),
  ...webhookSecrets,
  ...gitHubSecrets,
]);
