import type { BlockState, RecordedVerdict } from '../ledger/block-record.ts';
import { isForeign, type Records } from '../ledger/records.ts';
import { type Job, jobIdOf } from '../operations/operation.ts';
import { type OpenIntent, type Received, recallInto } from './open-intent.ts';

type OpenIntents<Message extends Received> = ReadonlyMap<string, OpenIntent<Message>>;

/**
 * Reads what the ledger knows of the open intents, and leaves out those of whom it knows what this release cannot read.
 * Undefined if it is out of reach.
 */
export const recall = async <Message extends Received>(
  records: Records,
  openIntents: OpenIntents<Message>,
): Promise<OpenIntents<Message> | undefined> => {
  const formers = [...openIntents.values()].flatMap(({ formerly }) => [...formerly.keys()]);
  const stored = await records.blocks.read([...openIntents.keys(), ...formers]);
  if (stored === undefined) return undefined;
  const known = new Map<string, OpenIntent<Message>>();
  for (const [key, openIntent] of openIntents) {
    const seen = stored.get(key);
    const former = Array.from(
      openIntent.formerly,
      ([name, jobs]) => [stored.get(name), jobs] as const,
    );
    if (isForeign(seen) || former.some(([record]) => isForeign(record))) continue;
    known.set(key, openIntent);
    openIntent.seen = seen?.version;
    for (const [one, jobs] of former) {
      if (one?.record === undefined) continue;
      recallFormer(openIntent, jobs, one.record);
      openIntent.changed ||= seen === undefined;
    }
    if (seen?.record !== undefined) recallInto(openIntent, seen.record);
  }
  return known;
};

/** What a release before this one recorded of a message, as a record of this open intent of it. */
const recallFormer = (openIntent: OpenIntent, jobs: readonly Job[], state: BlockState): void => {
  const places = new Map(jobs.map((job, index) => [jobIdOf(job), index]));
  const verdicts: (RecordedVerdict | undefined)[] = [];
  const published = new Set<number>();
  const asked = new Map<number, string>();
  for (const [job, index] of openIntent.places) {
    const former = places.get(job);
    if (former === undefined) continue;
    verdicts[index] = state.verdicts[former];
    if (state.published.has(former)) published.add(index);
    const by = state.asked.get(former);
    if (by !== undefined) asked.set(index, by);
  }
  recallInto(openIntent, { invocation: state.invocation, verdicts, published, asked });
};
