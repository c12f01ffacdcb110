import type { CallerEntry, Callers } from './callers-document.ts';
import type { Proof } from './proof.ts';

/** Proofs of one sort take equally long to check. */
const sortOf = (proof: Proof): string =>
  proof.kind === 'standard-webhooks' && proof.secret.startsWith('whpk_')
    ? 'standard-webhooks, asymmetric'
    : proof.kind;

const bySort = ({ proofs }: CallerEntry): ReadonlyMap<string, readonly Proof[]> =>
  Map.groupBy(proofs, sortOf);

/** No caller has this id. It may do nothing. */
const DECOY = { id: '', grants: [] } as const;

/**
 * Makes a caller that has the proofs that an entry lacks: of each sort, as many as the hook with the most of them. They are
 * the proofs of others. Law: with it, each hook takes as long over a wrong proof as one that there is not. What proves the
 * decoy proves nothing.
 */
export const makeDecoy = (hooks: Callers): ((entry?: CallerEntry) => CallerEntry) => {
  const most = new Map<string, readonly Proof[]>();
  for (const hook of hooks)
    for (const [sort, proofs] of bySort(hook))
      if (proofs.length > (most.get(sort)?.length ?? 0)) most.set(sort, proofs);
  return (entry) => {
    const own = entry === undefined ? new Map() : bySort(entry);
    return {
      ...DECOY,
      proofs: [...most].flatMap(([sort, proofs]) => proofs.slice(own.get(sort)?.length ?? 0)),
    };
  };
};
