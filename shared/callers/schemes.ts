import { makeBasic } from './basic-scheme.ts';
import { makeBearer } from './bearer-scheme.ts';
import type { CallerEntry, Callers } from './callers-document.ts';
import { makeDecoy } from './decoys.ts';
import { makeGithub } from './github-scheme.ts';
import { makeIam } from './iam-scheme.ts';
import type { ReadToken } from './iam-tokens.ts';
import type { Scheme } from './scheme.ts';
import { makeStandardWebhooks } from './standard-webhooks-scheme.ts';
import { makeVendorKey } from './vendor-key-scheme.ts';

/** What schemes need besides the secret. */
export interface SchemeEdges {
  /** Undefined if there is no IAM to ask. */
  readonly readToken?: ReadToken | undefined;
}

/** Makes a scheme for the callers that it may prove. */
export type MakeScheme = (callers: Callers, edges: SchemeEdges) => Scheme;

/**
 * Schemes of every route but the hooks, in the order in which they are tried. IAM is asked last, because it must be asked
 * over the network.
 */
const GENERAL: readonly MakeScheme[] = [makeBearer, makeBasic, makeVendorKey, makeIam];

/** Schemes of a caller's hook. Each proves that one caller, or its decoy. */
const OF_HOOKS: readonly MakeScheme[] = [makeStandardWebhooks, makeGithub, makeBearer, makeBasic];

export interface Schemes {
  readonly general: readonly Scheme[];
  /** Callers with a hook, by their id, and how each proves itself there. */
  readonly hooks: ReadonlyMap<
    string,
    { readonly entry: CallerEntry; readonly schemes: readonly Scheme[] }
  >;
  /** Those of a hook that no caller has. They take as long, and prove nothing. */
  readonly ofNoHook: readonly Scheme[];
}

/** The schemes of one version of the secret. */
export const schemesOf = (callers: Callers, edges: SchemeEdges = {}): Schemes => {
  const entries = callers.filter(({ hook }) => hook !== undefined);
  const decoyFor = makeDecoy(entries);
  const schemesFor = (...some: Callers) => OF_HOOKS.map((make) => make(some, edges));
  return {
    general: GENERAL.map((make) => make(callers, edges)),
    hooks: new Map(
      entries.map((entry) => [entry.id, { entry, schemes: schemesFor(entry, decoyFor(entry)) }]),
    ),
    ofNoHook: schemesFor(decoyFor()),
  };
};
