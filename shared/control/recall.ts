import type { BlockState, Sealed } from '../ledger/block-record.ts';
import { isForeign, type Records } from '../ledger/records.ts';
import { type Job, jobIdOf } from '../operations/operation.ts';
import { type Part, type Received, recallInto } from './open-intent.ts';

type Parts<Message extends Received> = ReadonlyMap<string, Part<Message>>;

/**
 * Reads what the ledger knows of the parts, and leaves out those of whom it knows what this release cannot read.
 * Undefined if it is out of reach.
 */
export const recall = async <Message extends Received>(
  records: Records,
  parts: Parts<Message>,
): Promise<Parts<Message> | undefined> => {
  const formers = [...parts.values()].flatMap(({ formerly }) => [...formerly.keys()]);
  const stored = await records.blocks.read([...parts.keys(), ...formers]);
  if (stored === undefined) return undefined;
  const known = new Map<string, Part<Message>>();
  for (const [key, part] of parts) {
    const seen = stored.get(key);
    const former = Array.from(part.formerly, ([name, jobs]) => [stored.get(name), jobs] as const);
    if (isForeign(seen) || former.some(([record]) => isForeign(record))) continue;
    known.set(key, part);
    part.seen = seen?.version;
    for (const [one, jobs] of former) {
      if (one?.record === undefined) continue;
      recallFormer(part, jobs, one.record);
      part.changed ||= seen === undefined;
    }
    if (seen?.record !== undefined) recallInto(part, seen.record);
  }
  return known;
};

/** What a release before this one recorded of a message, as a record of this part of it. */
const recallFormer = (part: Part, jobs: readonly Job[], state: BlockState): void => {
  const places = new Map(jobs.map((job, index) => [jobIdOf(job), index]));
  const verdicts: (Sealed | undefined)[] = [];
  const published = new Set<number>();
  const asked = new Map<number, string>();
  for (const [job, index] of part.places) {
    const former = places.get(job);
    if (former === undefined) continue;
    verdicts[index] = state.verdicts[former];
    if (state.published.has(former)) published.add(index);
    const by = state.asked.get(former);
    if (by !== undefined) asked.set(index, by);
  }
  recallInto(part, { invocation: state.invocation, verdicts, published, asked });
};
