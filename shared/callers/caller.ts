/** Stands for every project, or every operation. */
export const ANY = '*';

/** What a caller may do. A request needs one grant for each of its jobs: no grant, no right. */
export interface Grant {
  /** Project ids, or {@link ANY}. */
  readonly projects: readonly string[];
  /** Names of operations, or {@link ANY}. */
  readonly operations: readonly string[];
  /** Job ids. Absent: every job of these projects. */
  readonly jobs?: readonly string[];
}

/** Who sent a request, once a proof has shown it. */
export interface Caller {
  readonly id: string;
  readonly grants: readonly Grant[];
}
