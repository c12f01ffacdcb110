import type { Random } from '../simulation/random.ts';
import { CALLERS, type FuzzCaller, HOOK_CALLERS, IAM_CALLERS } from './callers.ts';
import { IAM_TOKENS } from './iam.ts';
import { signAsVendor, type VendorForm } from './sign.ts';
import { signAsGitHub, signAsWebhook } from './sign-hook.ts';
import { type Wire, withHeader } from './wire.ts';

/** What a proof covers: method, path, query and body; the body alone; or nothing, if it is a secret that is carried. */
export type Covers = 'all' | 'body' | 'nothing';

/** A request with its proof. */
export interface Proven {
  readonly wire: Wire;
  /** Headers that the proof covers, in lower case. */
  readonly signs: readonly string[];
  /** The one project that the proof opens, if it does not open all of the caller's. */
  readonly project?: string;
}

/** What is odd about a proof. */
export interface Flaw {
  /** By how many milliseconds the clock of the sender is behind. */
  readonly late: number;
  readonly leavesOut?: 'date' | 'body' | undefined;
}

/** One way to prove who sends a request. */
export interface Proof {
  readonly covers: Covers;
  /** The header that has it. */
  readonly credential: string;
  /** Who proves itself so. */
  readonly callers: readonly FuzzCaller[];
  readonly prove: (bare: Wire, caller: FuzzCaller, random: Random, flaw: Flaw) => Proven;
  /** How far the sender's clock may be off, in milliseconds, if it signs a time. */
  readonly toleranceMs?: number;
}

const MINUTE_MS = 60_000;

const carried = (
  credential: string,
  value: (caller: FuzzCaller, random: Random) => string,
  callers: readonly FuzzCaller[] = CALLERS,
): Proof => ({
  covers: 'nothing',
  credential,
  callers,
  prove: (bare, caller, random) => ({
    wire: withHeader(bare, credential, value(caller, random)),
    signs: [],
  }),
});

const bearer = ({ tokens }: FuzzCaller, random: Random): string => `Bearer ${random.pick(tokens)}`;

const basic = ({ users }: FuzzCaller, random: Random): string =>
  `Basic ${Buffer.from(random.pick(users).join(':')).toString('base64')}`;

/** Clients sign different headers; all sign the date. */
const SIGNED = [['host', 'x-nonce'], ['content-type', 'host', 'x-nonce'], ['x-nonce']];

const vendor = (form: VendorForm): Proof => ({
  covers: 'all',
  credential: 'Authorization',
  callers: CALLERS,
  toleranceMs: 15 * MINUTE_MS,
  prove: (bare, caller, random, { late, leavesOut }) => {
    const signed = random.pick(SIGNED);
    const options = { at: Date.now() - late, form, signed, leavesOut };
    const wire = signAsVendor(bare, random.pick(caller.keys), options);
    return { wire, signs: [...signed, 'x-sdk-date', 'x-security-token'] };
  },
});

const STANDARD = HOOK_CALLERS.filter(({ webhookSecrets }) => webhookSecrets.length > 0);
const GITHUB = HOOK_CALLERS.filter(({ gitHubSecrets }) => gitHubSecrets.length > 0);

let sent = 0;

const standard = (isSymmetric: boolean, family: 'webhook' | 'svix' = 'webhook'): Proof => ({
  covers: 'body',
  credential: `${family}-signature`,
  callers: STANDARD,
  toleranceMs: 5 * MINUTE_MS,
  prove: (bare, { webhookSecrets }, random, { late }) => ({
    wire: signAsWebhook(bare, {
      id: `msg_${++sent}`,
      at: Math.floor((Date.now() - late) / 1_000),
      secret: isSymmetric ? random.pick(webhookSecrets) : undefined,
      family,
    }),
    signs: [`${family}-id`, `${family}-timestamp`],
  }),
});

/** Ways that every route but the hooks takes. */
export const ON_ROUTES: Readonly<Record<string, Proof>> = {
  bearer: carried('Authorization', bearer),
  'x-auth-token': carried('X-Auth-Token', ({ tokens }, random) => random.pick(tokens)),
  basic: carried('Authorization', basic),
  iam: {
    covers: 'nothing',
    credential: 'X-Auth-Token',
    callers: IAM_CALLERS,
    prove: (bare, caller, random) => {
      const own = IAM_TOKENS.filter((token) => token.caller.id === caller.id);
      const { text, project } = random.pick(own);
      return { wire: withHeader(bare, 'X-Auth-Token', text), signs: [], project };
    },
  },
  'vendor plain': vendor('plain'),
  'vendor scoped': vendor('scoped'),
  'vendor V11': vendor('V11'),
};

/** Ways that the hook of a caller takes. */
export const ON_HOOKS: Readonly<Record<string, Proof>> = {
  'hook v1': standard(true),
  'hook v1a': standard(false),
  'hook v1 of svix': standard(true, 'svix'),
  'hook github': {
    covers: 'body',
    credential: 'X-Hub-Signature-256',
    callers: GITHUB,
    prove: (bare, { gitHubSecrets }, random) => ({
      wire: signAsGitHub(bare, random.pick(gitHubSecrets)),
      signs: [],
    }),
  },
  'hook bearer': carried('Authorization', bearer, HOOK_CALLERS),
  'hook basic': carried('Authorization', basic, HOOK_CALLERS),
};
