import { type KnownJob, readKnown } from '../../shared/control/read-known.ts';
import { type Intent, operationOf, timeOf } from '../../shared/intent/intent.ts';
import { BLOCK_JOBS } from '../../shared/intent/message.ts';
import { type BlockState, blockKeyOf, messageKeyOf } from '../../shared/ledger/block-record.ts';
import { type JobRecord, jobKeyOf, newestIdOf } from '../../shared/ledger/job-record.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { ledgerSilent, type OpenLedger } from '../target/open-ledger.ts';
import { recordIn } from '../target/read-job-facts.ts';
import type { JobState } from './choose-jobs.ts';
import { asFirstAccepted } from './first-accepted.ts';
import type { Wish } from './letter.ts';

/** The record of a block, and the place in it, for each job of a message. */
const placesOf = (intent: Intent): readonly (readonly [key: string, place: number])[] => {
  const { first, intent_id } = intent;
  if (first === undefined) return intent.jobs.map((_, i) => [messageKeyOf(intent), i]);
  return intent.jobs.map((_, i) => {
    const at = first + i;
    return [blockKeyOf(intent_id, Math.floor(at / BLOCK_JOBS)), at % BLOCK_JOBS];
  });
};

const isStaleAt = (record: JobRecord | undefined, { intent, age, at }: Wish): boolean => {
  if (record === undefined) return false;
  const newest = newestIdOf(record);
  if (intent === undefined) return timeOf(newest) > at;
  return newest !== intent.intent_id && record.newest > (age ?? intent.intent_id);
};

type Verdict = Pick<JobState, 'outcome' | 'isPublished'>;

const NONE: Verdict = { outcome: undefined, isPublished: false };

const verdictAt = (block: BlockState | undefined, place: number): Verdict => {
  const outcome = block?.verdicts[place]?.outcome;
  return outcome === undefined
    ? NONE
    : { outcome, isPublished: block?.published.has(place) === true };
};

/** What the ledger knows of each job of an intent: its outcome, if it has one. */
const readVerdicts = async (ledger: OpenLedger, intent: Intent): Promise<readonly Verdict[]> => {
  const places = placesOf(intent);
  const answers = await ledger.records.blocks.read(places.map(([key]) => key));
  return places.map(([key, place]) => verdictAt(recordIn(ledger, answers(key)), place));
};

/** The outcome to which the claim leads, if the claim is of this intent. */
const verdictIn = ({ record, holder }: KnownJob, intent: Intent): Verdict =>
  record === undefined || newestIdOf(record) !== intent.intent_id
    ? NONE
    : verdictAt(holder, record.claim.index);

/** What the ledger knows of each job of a wish, by its first acceptance. An event that was refused has no outcomes. */
export const readStates = async (ledger: OpenLedger, given: Wish): Promise<readonly JobState[]> => {
  const wish = await asFirstAccepted(ledger, given);
  const { service } = operationOf(wish);
  const keys = wish.jobs.map((job) => jobKeyOf(service, wish.project_id, jobIdOf(job)));
  const jobs = await readKnown(ledger.records, keys);
  const { intent } = wish;
  const verdicts = intent && (await readVerdicts(ledger, intent));
  return wish.jobs.map((job, i) => {
    const known = jobs.get(keys[i] ?? '');
    if (known === undefined) throw ledgerSilent(ledger);
    const own = verdicts?.[i] ?? NONE;
    const verdict = own.outcome === undefined && intent ? verdictIn(known, intent) : own;
    return { job, ...verdict, isStale: isStaleAt(known.record, wish) };
  });
};
