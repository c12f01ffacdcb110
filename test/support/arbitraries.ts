import fc from 'fast-check';
import { OPERATIONS, operations } from '../../shared/operations/index.ts';
import type { OperationName } from '../../shared/operations/operation.ts';
import { contractOf, jobWith, type OptionedJob } from './fixtures.ts';
import type { Wish } from './messages.ts';

export const LONG_MAX = 2n ** 63n - 1n;

/** Text of any UTF-16 code units: controls, half surrogate pairs and all. Cheaper than the library's own. */
export const anyText = (maxLength = 12): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof(fc.nat({ max: 0x7f }), fc.nat({ max: 0xffff })), { maxLength, size: 'max' })
    .map((units) => String.fromCharCode(...units));

export const dliJobId = (): fc.Arbitrary<string> =>
  fc
    .oneof(
      fc.bigInt({ min: 0n, max: LONG_MAX }),
      fc.bigInt({ min: 2n ** 53n - 3n, max: 2n ** 53n + 3n }),
      fc.constantFrom(0n, LONG_MAX),
    )
    .map(String);

export const drsJobId = (): fc.Arbitrary<string> => fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);

const isDli = (name: OperationName): boolean => OPERATIONS[name].service === 'dli';

/** The id of a job of the operation's service. */
export const jobIdFor = (name: OperationName): fc.Arbitrary<string> =>
  isDli(name) ? dliJobId() : drsJobId();

/** Jobs of an operation, some with options of their own where it has any, each id once. */
const jobsFor = (name: OperationName): fc.Arbitrary<(string | OptionedJob)[]> => {
  const samples = contractOf(name).samples.jobs;
  const job = fc
    .tuple(jobIdFor(name), fc.constantFrom(...samples))
    .map(([job_id, options]) => jobWith(job_id, options));
  return fc.uniqueArray(job, {
    minLength: 1,
    maxLength: 30,
    selector: (one) => (typeof one === 'string' ? one : one.job_id),
  });
};

const callOptionsFor = (name: OperationName): fc.Arbitrary<Readonly<Record<string, boolean>>> =>
  fc.constantFrom(...contractOf(name).samples.options);

export const operationName = (): fc.Arbitrary<OperationName> =>
  fc.constantFrom(...operations.map(({ name }) => name));

export const instant = (): fc.Arbitrary<string> =>
  fc
    .date({
      min: new Date('2026-02-01T00:00:00Z'),
      max: new Date('2099-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    })
    .map((date) => date.toISOString());

/** Any intent that a caller could have handed in. */
export const wish = (): fc.Arbitrary<Wish> =>
  operationName().chain((operation) =>
    fc.record(
      {
        age: fc.nat(),
        operation: fc.constant(operation),
        project_id: drsJobId(),
        options: callOptionsFor(operation),
        jobs: jobsFor(operation),
        caller: anyText(40),
        accepted_at: instant(),
        expires_at: instant(),
        correlation_id: fc.stringMatching(/^[\x20-\x7e]{1,128}$/),
      },
      { requiredKeys: ['age', 'operation', 'project_id', 'options', 'jobs'] },
    ),
  );

/** Text that breaks readers: keys and strings with NULs, lone surrogates, prototype names, and plain garbage. */
export const oddString = (): fc.Arbitrary<string> =>
  fc.oneof(
    anyText(),
    fc.constantFrom(
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      '\ud800',
      '\u0000',
      '',
      '/~',
    ),
  );

/** Any JSON, with odd keys and strings at any depth. */
export const oddJson = (): fc.Arbitrary<unknown> =>
  fc.anything({
    key: oddString(),
    values: [
      fc.boolean(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.maxSafeInteger(),
      oddString(),
      fc.constant(null),
    ],
    withNullPrototype: false,
    maxDepth: 4,
  });
