/** What a look shows of a job. */
export type Sighting =
  | {
      readonly kind: 'told';
      /** The upstream's own word. */
      readonly status: string;
      /** When the job was last started, in milliseconds since 1970, if the upstream says so. */
      readonly startedAt?: number;
    }
  /** The upstream does not know the job. */
  | { readonly kind: 'missing' }
  /** The upstream answered, and did not tell the job's status. */
  | { readonly kind: 'untold' }
  /** The request for it did not go out. */
  | { readonly kind: 'unasked' };

export const MISSING: Sighting = { kind: 'missing' };
export const UNTOLD: Sighting = { kind: 'untold' };
export const UNASKED: Sighting = { kind: 'unasked' };

/** A job in this status. A `startedAt` that is no time after 1970 counts as not told. */
export const told = (status: string, startedAt = Number.NaN): Sighting => ({
  kind: 'told',
  status,
  ...(startedAt > 0 && { startedAt }),
});

/** Whether a job was seen in one of these statuses. */
export const isIn = (statuses: readonly string[], sighting: Sighting): boolean =>
  sighting.kind === 'told' && statuses.includes(sighting.status);
