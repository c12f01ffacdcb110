import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Grant } from '../../shared/callers/caller.ts';
import { missingGrant } from '../../shared/callers/grants.ts';
import { requestOf } from '../support/requests.ts';

const wish = (operation: string, project_id: string, ...jobs: readonly string[]) => {
  const request = requestOf({ operation, project_id, jobs });
  if ('operation' in request) return request;
  throw new Error('no request');
};

const stop = wish('dli.stop', 'p', '131', '132');
const may = (grants: readonly Grant[], asked = stop): boolean =>
  missingGrant({ grants }, asked) === undefined;

describe('rights are denied unless granted', () => {
  it.each<[string, readonly Grant[], boolean]>([
    ['no grant', [], false],
    ['everything', [{ projects: ['*'], operations: ['*'] }], true],
    ['this operation in this project', [{ projects: ['q', 'p'], operations: ['dli.stop'] }], true],
    ['another operation', [{ projects: ['p'], operations: ['dli.run'] }], false],
    ['another project', [{ projects: ['q'], operations: ['dli.stop'] }], false],
    ['a prefix', [{ projects: ['pp'], operations: ['*'] }], false],
    [
      'both, but in different grants',
      [
        { projects: ['p'], operations: ['dli.run'] },
        { projects: ['q'], operations: ['dli.stop'] },
      ],
      false,
    ],
    ['one job of two', [{ projects: ['p'], operations: ['*'], jobs: ['131'] }], false],
    ['both jobs', [{ projects: ['p'], operations: ['*'], jobs: ['131', '132'] }], true],
    [
      'each job by its own grant',
      [
        { projects: ['p'], operations: ['*'], jobs: ['131'] },
        { projects: ['*'], operations: ['dli.stop'], jobs: ['132'] },
      ],
      true,
    ],
    [
      'all jobs of another project',
      [
        { projects: ['p'], operations: ['*'], jobs: ['131'] },
        { projects: ['q'], operations: ['*'] },
      ],
      false,
    ],
  ])('%s', (_, grants, expected) => {
    expect(may(grants)).toBe(expected);
  });

  it('the log line says which grant is missing', () => {
    expect(missingGrant({ grants: [] }, stop)).toBe('no grant for dli.stop in project p');
    const grants = [{ projects: ['p'], operations: ['*'], jobs: ['131'] }];
    expect(missingGrant({ grants }, stop)).toBe(
      'no grant for dli.stop on 1 of 2 jobs in project p',
    );
  });

  it('a further grant never takes a right away', () => {
    const grant = fc.record(
      {
        projects: fc.subarray(['p', 'q', '*'], { minLength: 1 }),
        operations: fc.subarray(['dli.stop', 'dli.run', '*'], { minLength: 1 }),
        jobs: fc.subarray(['131', '132', '133'], { minLength: 1 }),
      },
      { requiredKeys: ['projects', 'operations'] },
    );
    fc.assert(
      fc.property(fc.array(grant), grant, (grants, more) => {
        if (may(grants)) expect(may([...grants, more])).toBe(true);
      }),
    );
  });
});
