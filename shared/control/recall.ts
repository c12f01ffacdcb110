import type { BlockState, RecordedVerdict } from '../ledger/block-record.ts';
import { type Records, versionIn } from '../ledger/records.ts';
import { type Job, jobIdOf } from '../operations/operation.ts';
import { type OpenIntent, type Received, recallInto } from './open-intent.ts';

type OpenIntents<Message extends Received> = ReadonlyMap<string, OpenIntent<Message>>;

/**
 * Reads what the ledger knows of the open intents. Those are left out of which the ledger is out of reach, or holds what
 * this release cannot read.
 */
export const recall = async <Message extends Received>(
  records: Records,
  openIntents: OpenIntents<Message>,
): Promise<OpenIntents<Message>> => {
  const formers = [...openIntents.values()].flatMap(({ formerly }) => [...formerly.keys()]);
  const stored = await records.blocks.read([...openIntents.keys(), ...formers]);
  const known = new Map<string, OpenIntent<Message>>();
  for (const [key, openIntent] of openIntents) {
    const answer = stored(key);
    const former = Array.from(openIntent.formerly, ([name, jobs]) => [stored(name), jobs] as const);
    const all = [answer, ...former.map(([one]) => one)];
    if (all.some(({ kind }) => kind === 'unreachable' || kind === 'foreign')) continue;
    known.set(key, openIntent);
    openIntent.seen = versionIn(answer);
    for (const [one, jobs] of former) {
      if (one.kind !== 'found') continue;
      recallFormer(openIntent, jobs, one.record);
      openIntent.changed ||= answer.kind === 'absent';
    }
    if (answer.kind === 'found') recallInto(openIntent, answer.record);
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
