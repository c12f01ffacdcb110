import fc from 'fast-check';
import type { Queued } from '../../shared/intent/plan.ts';
import { OPERATIONS } from '../../shared/operations/index.ts';
import type { OperationName } from '../../shared/operations/operation.ts';
import { operationName } from './arbitraries.ts';
import { contractOf, jobWith } from './fixtures.ts';
import { queuedAs, type Wish } from './messages.ts';

const DEADLINES = ['2026-01-31T11:00:00.000Z', '2026-01-31T13:00:00.000Z'] as const;

const IDS = { dli: ['131', '130', '9223372036854775807', '0'], drs: ['131', 'a', 'b'] } as const;

/** Jobs of few ids, with all options that the operation has for one. */
const jobsFor = (operation: OperationName): fc.Arbitrary<NonNullable<Wish['jobs']>> => {
  const jobs = IDS[OPERATIONS[operation].service].flatMap((job_id) =>
    contractOf(operation).samples.jobs.map((options) => jobWith(job_id, options)),
  );
  return fc.uniqueArray(fc.constantFrom(...jobs), {
    minLength: 1,
    selector: (job) => (typeof job === 'string' ? job : job.job_id),
  });
};

const fewWishes = (): fc.Arbitrary<Wish> =>
  operationName().chain((operation) =>
    fc.record(
      {
        operation: fc.constant(operation),
        project_id: fc.constantFrom('p', 'q'),
        options: fc.constantFrom(...contractOf(operation).samples.options),
        jobs: jobsFor(operation),
        expires_at: fc.constantFrom(...DEADLINES),
      },
      { requiredKeys: ['operation', 'project_id', 'options', 'jobs'] },
    ),
  );

/** How an intent may come: in one message, in the same one twice, or with its jobs in two. */
type Manner = 'once' | 'twice' | 'parted';

const messagesOf = (wish: Wish, age: number, manner: Manner): readonly Queued<string>[] => {
  const jobs = wish.jobs ?? [];
  const middle = Math.ceil(jobs.length / 2);
  const parts =
    manner === 'twice'
      ? [jobs, jobs]
      : manner === 'parted'
        ? [jobs.slice(0, middle), jobs.slice(middle)]
        : [jobs];
  return parts
    .filter((part) => part.length > 0)
    .map((part, i) => queuedAs(`m${age}.${i}`, { ...wish, age, jobs: part }));
};

/** Many intents over few jobs, projects and options, in any order of arrival. */
export const workload = (maxIntents = 12): fc.Arbitrary<readonly Queued<string>[]> =>
  fc
    .array(fc.tuple(fewWishes(), fc.constantFrom<Manner>('once', 'once', 'twice', 'parted')), {
      minLength: 1,
      maxLength: maxIntents,
    })
    .map((wishes) => wishes.flatMap(([wish, manner], i) => messagesOf(wish, i + 1, manner)))
    .chain((messages) => fc.shuffledSubarray([...messages], { minLength: messages.length }));
