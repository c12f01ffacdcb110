import { readKnown } from '../../shared/control/read-known.ts';
import type { BlockState } from '../../shared/ledger/block-record.ts';
import { type JobRecord, jobKeyOf } from '../../shared/ledger/job-record.ts';
import type { LedgerAnswer } from '../../shared/ledger/records.ts';
import type { JobId, ProjectId, Service } from '../../shared/operations/operation.ts';
import { CommandError, EXIT } from '../exit.ts';
import { ledgerSilent, type OpenLedger } from './open-ledger.ts';

/** What the ledger knows of one job. */
export interface JobFacts {
  readonly service: Service;
  readonly project: ProjectId;
  readonly job: JobId;
  /** Undefined if no call for it was ever begun. */
  readonly record: JobRecord | undefined;
  /** The record of the block that its claim is for, or of its call. */
  readonly holder: BlockState | undefined;
}

/** The record in an answer. Throws a `CommandError` if the ledger does not tell. */
export const recordIn = <Found>(
  ledger: OpenLedger,
  answer: LedgerAnswer<Found>,
): Found | undefined => {
  if (answer.kind === 'unreachable') throw ledgerSilent(ledger);
  if (answer.kind === 'foreign')
    throw new CommandError(EXIT.aws, 'another release wrote this record of the ledger', {
      remedy: 'use the command line of that release',
    });
  return answer.kind === 'found' ? answer.record : undefined;
};

/** Reads what the ledger knows of a job, as the control loop does. */
export const readJobFacts = async (
  ledger: OpenLedger,
  service: Service,
  project: ProjectId,
  job: JobId,
): Promise<JobFacts> => {
  const key = jobKeyOf(service, project, job);
  const known = (await readKnown(ledger.records, [key])).get(key);
  if (known === undefined) throw ledgerSilent(ledger);
  return { service, project, job, record: known.record, holder: known.holder };
};
