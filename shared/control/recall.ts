import type { BlockState, NotedRequest, RecordedVerdict } from '../ledger/block-record.ts';
import { type Records, versionIn } from '../ledger/records.ts';
import { type Job, jobIdOf } from '../operations/operation.ts';
import type { OpenIntent } from './open-intent.ts';

/**
 * Reads what the ledger knows of the open intents. Those are left out of which it cannot be read, or holds what this
 * release does not know.
 */
export const recall = async (
  records: Records,
  openIntents: readonly OpenIntent[],
): Promise<readonly OpenIntent[]> => {
  const keys = openIntents.flatMap(({ key, formers }) => [key, ...formers.keys()]);
  const stored = await records.blocks.read(keys);
  return openIntents.filter((openIntent) => {
    const answer = stored(openIntent.key);
    const formers = Array.from(openIntent.formers, ([key, jobs]) => [stored(key), jobs] as const);
    const all = [answer, ...formers.map(([one]) => one)];
    if (all.some(({ kind }) => kind === 'unreachable' || kind === 'foreign')) return false;
    openIntent.record.sawVersion(versionIn(answer));
    for (const [former, jobs] of formers) {
      if (former.kind !== 'found') continue;
      openIntent.record.takeOver(blockIn(former.record, jobs, openIntent));
      if (answer.kind === 'absent') openIntent.record.markChanged();
    }
    if (answer.kind === 'found') openIntent.record.takeOver(answer.record);
    return true;
  });
};

/** What an older release recorded of a whole message with these jobs, as the record of one block of it. */
const blockIn = (state: BlockState, jobs: readonly Job[], { places }: OpenIntent): BlockState => {
  const formerly = new Map(jobs.map((job, index) => [jobIdOf(job), index]));
  const verdicts: (RecordedVerdict | undefined)[] = [];
  const published = new Set<number>();
  const requests = new Map<number, NotedRequest>();
  for (const [job, index] of places) {
    const former = formerly.get(job);
    if (former === undefined) continue;
    verdicts[index] = state.verdicts[former];
    if (state.published.has(former)) published.add(index);
    const noted = state.requests.get(former);
    if (noted !== undefined) requests.set(index, noted);
  }
  return { invocation: state.invocation, verdicts, published, requests };
};
