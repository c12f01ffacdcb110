import * as v from 'valibot';
import { operations } from '../../shared/operations/index.ts';
import type { JobId, Service } from '../../shared/operations/operation.ts';
import { services } from '../../shared/operations/services.ts';
import { usageError } from '../exit.ts';

/** The id of one job, for each service whose ids look like this one. */
export type PossibleJobs = readonly (readonly [Service, JobId])[];

const idAt = (service: Service, text: string): JobId | undefined => {
  const plain = operations.find((row) => row.service === service && row.job.needed.length === 0);
  const read = plain && v.safeParse(plain.job.schema, text);
  return read?.success && typeof read.output === 'string' ? read.output : undefined;
};

/** Reads the id of a job of any service. Throws a `CommandError` if no service has such ids. */
export const possibleJobs = (text: string): PossibleJobs => {
  const possible = services.flatMap((service) => {
    const id = idAt(service, text);
    return id === undefined ? [] : [[service, id] as const];
  });
  if (possible.length > 0) return possible;
  throw usageError(`"${text}" is no id of a job`, 'give the id as DLI or DRS shows it');
};
