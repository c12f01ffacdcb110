import { type Sighting, told } from '../../shared/operations/sighting.ts';

/** A sighting by one word: that the job is missing, its status untold or unasked, or else the vendor's status. */
export const seen = (word: string, startedAt?: number): Sighting =>
  word === 'missing' || word === 'untold' || word === 'unasked'
    ? { kind: word }
    : told(word, startedAt);

/** The one word for a sighting. */
export const wordOf = (sighting: Sighting): string =>
  sighting.kind === 'told' ? sighting.status : sighting.kind;
