import { type BadShare, chanceOfAll, type LearnedShare, worthwhileSize } from './bad-share.ts';
import { fewestOf, isBound, mayCut, type Suspect, type Suspects, sizeOf } from './suspects.ts';

/** A call of so many jobs that is served less often than this is cut before it is sent. */
const RARELY = 0.4;

/** How many jobs of a call are sent together that were not sent before: all, unless refusals have told better. */
export const freshSize = (share: LearnedShare, jobs: number): number =>
  !share.isAnyRefused() || chanceOfAll(share.now(), { size: jobs, among: undefined }) >= RARELY
    ? jobs
    : worthwhileSize(share.now(), undefined, jobs);

/** How many jobs are sent together that are probably good. */
export const goodSize = (share: BadShare, ready: readonly Suspect[]): number =>
  Math.max(fewestOf(ready), worthwhileSize(share, undefined, ready.length));

/** Into so many pieces at most suspects are cut for requests at the same time. */
const MOST_WAYS = 4;

/** One bad job among so few is found by halves, whatever the share of bad jobs. */
const FEW = 8;

/** A rest that is hardly larger than the piece is no piece of its own. */
const whole = (size: number, rest: number): number => (rest <= 1.3 * size ? rest : size);

/**
 * How many jobs of suspects are sent next. 0: none for now. Others may be under way: then this request may turn out to be
 * needless. `idle`: so many requests may go out beside this one.
 */
export const pieceSize = (share: BadShare, suspects: Suspects, idle: number): number => {
  const { root, rest, underWay } = suspects;
  const [sibling] = underWay;
  if (sibling !== undefined) {
    const size = whole(Math.min(sibling, rest.length), rest.length);
    return size > 0 && mayCut(suspects, size) ? size : 0;
  }
  if (rest.length < 2) return rest.length;
  const half = Math.ceil(rest.length / 2);
  const isFew = isBound(root) && rest.length <= FEW;
  const told = isFew ? Math.floor(rest.length / 2) : worthwhileSize(share, sizeOf(suspects), half);
  const ways = Math.min(MOST_WAYS, idle + 1);
  const size = Math.min(told, Math.ceil(rest.length / ways));
  return mayCut(suspects, size) ? size : half;
};
