import type { Intent, IntentId } from '../intent/intent.ts';
import { BLOCK_JOBS } from '../intent/message.ts';
import type { VerdictInfo } from '../intent/result.ts';
import type { AboutBlock } from '../ledger/about-block.ts';
import { aliasCodec, aliasKeyOf } from '../ledger/alias-record.ts';
import { type BlockState, blockKeyOf, type RecordedVerdict } from '../ledger/block-record.ts';
import { cutRefusal } from '../ledger/recorded-verdict.ts';
import type { LedgerAnswers, Records } from '../ledger/records.ts';
import type { JobId } from '../operations/operation.ts';

/** One job of an intent. Without an outcome, it has no verdict yet. */
export interface JobStatus
  extends Partial<Pick<VerdictInfo, 'outcome' | 'evidence' | 'error' | 'superseded_by'>> {
  readonly job_id: JobId;
  readonly settled_at?: string;
}

/** `queued`: no verdict and no trouble is known. `settled`: each job has its verdict. */
export type Progress = 'queued' | 'in_progress' | 'settled';

/** What the ledger tells of an intent. */
export interface IntentStatus extends Pick<Intent, 'intent_id'> {
  readonly status: Progress;
  readonly operation?: AboutBlock['operation'];
  readonly project_id?: AboutBlock['project_id'];
  readonly job_count?: number;
  readonly accepted_at?: string;
  readonly expires_at?: string | undefined;
  readonly correlation_id?: string | undefined;
  /** The jobs of which the ledger tells. If the intent has several blocks, some may be missing. */
  readonly jobs?: readonly JobStatus[];
}

export type ReadStatus =
  | { readonly kind: 'told'; readonly status: IntentStatus }
  /** The intent is of another caller. */
  | { readonly kind: 'not theirs' }
  /** The ledger has no record of it. */
  | { readonly kind: 'untold' }
  | { readonly kind: 'unreachable' };

/** Lambda answers at most 6 MB. An answer about ten thousand jobs stays below. */
const MOST_BYTES = 4_500_000;

/** What a job takes without its refusal. */
const BARE_BYTES = 250;

const jobOf = (job_id: JobId, verdict: RecordedVerdict | undefined, room: number): JobStatus => {
  if (verdict === undefined) return { job_id };
  const { outcome, evidence, error, superseded_by, settledAt } = verdict;
  return {
    job_id,
    outcome,
    ...(evidence !== undefined && { evidence }),
    ...(error !== undefined && { error: cutRefusal(error, room) }),
    ...(superseded_by !== undefined && { superseded_by }),
    settled_at: new Date(settledAt).toISOString(),
  };
};

const jobsOf = ({ about, verdicts }: BlockState, room: number): readonly JobStatus[] =>
  about?.job_ids.map((job_id, place) => jobOf(job_id, verdicts[place], room)) ?? [];

/** The status of an intent by the records of its blocks. */
const statusOf = (
  intent_id: IntentId,
  { caller: _, job_ids: __, ...about }: AboutBlock,
  blocks: readonly BlockState[],
): IntentStatus => {
  const room = Math.max(0, Math.floor(MOST_BYTES / about.job_count) - BARE_BYTES);
  const jobs = blocks.flatMap((block) => jobsOf(block, room));
  const settled = jobs.filter(({ outcome }) => outcome !== undefined).length;
  const status = settled === about.job_count ? 'settled' : 'in_progress';
  return { intent_id, status, ...about, jobs };
};

const UNREACHABLE: ReadStatus = { kind: 'unreachable' };
const UNTOLD: ReadStatus = { kind: 'untold' };

const isSilent = (answers: LedgerAnswers<unknown>, keys: readonly string[]): boolean =>
  keys.some((key) => ['unreachable', 'foreign'].includes(answers(key).kind));

/**
 * Reads the status of a caller's intent. Law: of another caller's intent nothing is told. The first block tells how many
 * there are. If its record is missing, the id may be that of a repeat: then its alias tells the intent.
 */
export const makeReadStatus =
  (records: Records, blockJobs = BLOCK_JOBS) =>
  async (told: IntentId, caller: string): Promise<ReadStatus> => {
    const first = await readBlock(records, told, caller, blockJobs);
    if (first.kind !== 'untold') return first;
    const key = aliasKeyOf(told);
    const aliases = await records.of(aliasCodec).read([key]);
    if (isSilent(aliases, [key])) return UNREACHABLE;
    const alias = aliases(key);
    if (alias.kind !== 'found') return UNTOLD;
    if (alias.record.caller !== caller) return { kind: 'not theirs' };
    return readBlock(records, alias.record.intent_id, caller, blockJobs);
  };

/** Reads the first block, and then the others. */
const readBlock = async (
  records: Records,
  intent_id: IntentId,
  caller: string,
  blockJobs: number,
): Promise<ReadStatus> => {
  const firstKey = blockKeyOf(intent_id, 0);
  const firsts = await records.blocks.read([firstKey]);
  if (isSilent(firsts, [firstKey])) return UNREACHABLE;
  const first = firsts(firstKey);
  const about = first.kind === 'found' ? first.record.about : undefined;
  if (first.kind !== 'found' || about === undefined) return UNTOLD;
  if (about.caller !== caller) return { kind: 'not theirs' };
  const keys = Array.from({ length: Math.ceil(about.job_count / blockJobs) - 1 }, (_, i) =>
    blockKeyOf(intent_id, i + 1),
  );
  const others = await records.blocks.read(keys);
  if (isSilent(others, keys)) return UNREACHABLE;
  const blocks = keys.flatMap((key) => {
    const block = others(key);
    return block.kind === 'found' ? [block.record] : [];
  });
  return { kind: 'told', status: statusOf(intent_id, about, [first.record, ...blocks]) };
};
