import type { Carrier } from './planned.ts';

/** A call that was refused as a whole, and how far it has been taken apart. */
export interface Root {
  /** So many further requests one bad job among its jobs may cost (promise P7). */
  readonly most: number;
  /** Whether it was refused for want of a right, which may be no job's matter. */
  readonly isDenied: boolean;
  /** Further requests with a job of it. */
  further: number;
  /** Bad jobs that are proved: found, or known to be among suspects. */
  proved: number;
  /** Its suspects that are not taken apart yet. */
  open: number;
}

export const rootOf = (jobs: number, isDenied: boolean): Root => ({
  isDenied,
  most: 2 * Math.ceil(Math.log2(jobs)) + 1,
  further: 0,
  proved: 1,
  open: 0,
});

/** A job that is to be sent again. */
export interface Suspect {
  readonly carrier: Carrier;
  readonly root: Root;
  /** Requests that it was in. */
  readonly tries: number;
  /** Among so many jobs is the reason of the last refusal, if this one may be it. */
  readonly among: number | undefined;
}

/** Jobs of which one at least is bad. */
export interface Suspects {
  readonly root: Root;
  /** Those that are not under way. */
  rest: readonly Suspect[];
  /** The sizes of their pieces under way. */
  readonly underWay: number[];
  /** Whether one of those that are left is still known to be bad. */
  isBad: boolean;
}

export const sizeOf = ({ rest, underWay }: Suspects): number =>
  underWay.reduce((sum, size) => sum + size, rest.length);

/** With two bad jobs, a call was not refused for one job's fault, and any number of requests may find them. */
export const isBound = ({ proved }: Root): boolean => proved < 2;

/**
 * Further requests that may be needed if the only bad job is one of so many: each halves them, the job is sent alone, and
 * so are all good ones together.
 */
const neededFor = (jobs: number): number => Math.ceil(Math.log2(jobs)) + 2;

/** Whether a piece may be cut off suspects, so that the only bad job costs no more than it may. */
export const mayCut = ({ root, rest, underWay }: Suspects, size: number): boolean => {
  if (!isBound(root)) return true;
  const left = Math.max(size, rest.length - size, ...underWay);
  return root.further + 1 + neededFor(left) <= root.most;
};

/** Whether jobs that are probably good may be sent: where one bad job is sought, not before it is found. */
export const isReady = ({ root }: Suspect): boolean => !isBound(root) || root.open === 0;

/** How many of these jobs a request must hold at least, so that the only bad job costs no more than it may. */
export const fewestOf = (ready: readonly Suspect[]): number => {
  const bound = ready.filter(({ root }) => isBound(root));
  const left = Math.min(...bound.map(({ root }) => root.most - root.further));
  return bound.length === 0 ? 1 : Math.ceil(ready.length / Math.max(1, left));
};
