import { operations } from '../../shared/operations/index.ts';
import type { Operation } from '../../shared/operations/operation.ts';
import type { MaxJobsPerCall } from './count-fewest.ts';

type Entry = Operation['options'][string];

/** One field of the form of an operation. */
export interface OptionField {
  readonly name: string;
  readonly kind: 'flag' | 'word' | 'text';
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

const isEntry = (value: unknown): value is Entry =>
  typeof value === 'object' && value !== null && 'type' in value;

/** The kind by the schema that validates the option, which may be wrapped in `optional` and its like. */
const kindOf = (entry: Entry): Pick<OptionField, 'kind' | 'words'> => {
  const wrapped: unknown = Reflect.get(entry, 'wrapped');
  if (isEntry(wrapped)) return kindOf(wrapped);
  if (entry.type === 'boolean') return { kind: 'flag' };
  const words: unknown = Reflect.get(entry, 'options');
  return entry.type === 'picklist' && Array.isArray(words)
    ? { kind: 'word', words: words.map(String) }
    : { kind: 'text' };
};

const fieldsOf = ({ options, job }: Operation): readonly OptionField[] => [
  ...Object.entries(options).map(([name, entry]) => ({
    name,
    of: 'call' as const,
    needed: false,
    ...kindOf(entry),
  })),
  ...job.options.flatMap((name): OptionField[] => {
    const entry = job.entries[name];
    if (entry === undefined) return [];
    return [{ name, of: 'job', needed: job.needed.includes(name), ...kindOf(entry) }];
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
