import type { Carrier } from './planned.ts';
import type { SentCall } from './sent-call.ts';
import type { Suspect } from './suspects.ts';

export interface DenialEdges {
  readonly send: (piece: readonly Suspect[], suspects: number | undefined) => Promise<SentCall>;
  /** Settles jobs of an attempt as it found them: they are not sent again. */
  readonly leave: (
    sent: SentCall,
    carriers: readonly Carrier[],
    suspects: number | undefined,
  ) => Promise<void>;
  /** Whether any job of the kind was served. Then a missing right is no matter of the credential. */
  readonly isServed: () => boolean;
  /** In [0, 1). */
  readonly random: () => number;
}

/**
 * Finds out whether the credential lacks the right, after a call was denied. Two single jobs tell, drawn at random. If neither
 * is served, and the others are denied together, nothing is sent again, after 3 further requests, and no job is suspected.
 * Resolves to jobs of which one at least is bad, if there are any.
 */
export const findWhoseDenial = async (
  jobs: readonly Suspect[],
  edges: DenialEdges,
): Promise<readonly Suspect[]> => {
  const { send, isServed, random } = edges;
  const [first, rest] = drawOne(jobs, random());
  const firstSent = await send(first, undefined);
  if (!firstSent.isBad) return rest;
  const restSent = await send(rest, jobs.length);
  if (!restSent.isRefused || rest.length === 1) return [];
  const again = rest.map((one) => ({ ...one, tries: one.tries + 1 }));
  if (restSent.passage !== 'denied' || isServed()) return again;
  const [second, others] = drawOne(again, random());
  const secondSent = await send(second, undefined);
  if (!secondSent.isBad) return others;
  await leaveAll(edges, jobs.length, [
    [firstSent, first],
    [secondSent, second],
    [restSent, others],
  ]);
  return [];
};

/** If all were denied, no job is suspected, and those that were denied alone are settled with all of their kind. */
const leaveAll = async (
  { leave }: DenialEdges,
  among: number,
  sent: readonly (readonly [SentCall, readonly Suspect[]])[],
): Promise<void> => {
  const isOfAll = sent.every(([{ passage }]) => passage === 'denied');
  for (const [one, jobs] of isOfAll ? sent.slice(-1) : sent)
    await leave(
      one,
      jobs.map(({ carrier }) => carrier),
      isOfAll ? undefined : among,
    );
};

const drawOne = (
  jobs: readonly Suspect[],
  random: number,
): readonly [one: readonly Suspect[], others: readonly Suspect[]] => {
  const place = Math.floor(random * jobs.length);
  return [jobs.slice(place, place + 1), jobs.toSpliced(place, 1)];
};
