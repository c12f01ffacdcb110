import { operations } from '../../shared/operations/index.ts';
import type { Operation } from '../../shared/operations/operation.ts';
import { type OptionKind, optionKindOf } from '../../shared/operations/option-kind.ts';
import type { MaxJobsPerCall } from './count-fewest.ts';

/** One field of the form of an operation. */
export interface OptionField {
  readonly name: string;
  readonly kind: OptionKind['kind'];
  readonly words?: readonly string[];
  /** Once per call, or for each job. */
  readonly of: 'call' | 'job';
  readonly needed: boolean;
}

/** What the page needs to make the form of an operation. */
export interface OperationForm {
  readonly name: string;
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly limit: number;
  readonly fields: readonly OptionField[];
}

const fieldsOf = ({ options, job }: Operation): readonly OptionField[] => [
  ...Object.entries(options).map(([name, entry]) => ({
    name,
    of: 'call' as const,
    needed: false,
    ...optionKindOf(entry),
  })),
  ...job.options.flatMap((name): OptionField[] => {
    const entry = job.entries[name];
    if (entry === undefined) return [];
    return [{ name, of: 'job', needed: job.needed.includes(name), ...optionKindOf(entry) }];
  }),
];

/** The forms of all operations, made from the schemas that validate their requests. */
export const operationForms = (maxJobsPerCall: MaxJobsPerCall): readonly OperationForm[] =>
  operations.map((row) => ({
    name: row.name,
    service: row.service,
    method: row.method,
    path: row.path,
    limit: maxJobsPerCall(row),
    fields: fieldsOf(row),
  }));
