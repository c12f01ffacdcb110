import Ajv from 'ajv/dist/2020.js';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { jsonSchemaOf } from '../../build/api/json-schema-of.ts';
import { hookSchema } from '../../shared/callers/hook-mapping.ts';
import { faultsOf } from '../../shared/json/fault.ts';
import { ALERTS_MAPPING } from '../support/hook-payloads.ts';
import { PROJECT } from '../support/messages.ts';

const STOP = { operation: 'dli.stop', project_id: PROJECT, jobs: [{ body: '/job' }] };

const faultsIn = (mapping: unknown): readonly string[] => {
  const read = v.safeParse(hookSchema, mapping);
  return read.success
    ? []
    : faultsOf(read.issues).map(({ pointer, detail }) => `${pointer} ${detail}`);
};

const isBySchema = new Ajv.default({ strict: false }).compile(jsonSchemaOf(hookSchema));

/** As JSON holds it: the published schema is for texts. */
const isPublished = (mapping: unknown): boolean =>
  isBySchema(
    JSON.parse(
      JSON.stringify(mapping, (_, value) => (typeof value === 'bigint' ? Number(value) : value)),
    ),
  );

describe('a mapping without a fault is taken', () => {
  it.each([
    [ALERTS_MAPPING],
    [{ intent: STOP }],
    [{ intent: { body: '' } }],
    [{ intent: { body: '/data' }, when: [{ body: '/type', is: ['run', 'stop'] }] }],
    [{ intent: { ...STOP, operation: { body: '/operation' }, options: { body: '/options' } } }],
    [{ intent: { ...STOP, jobs: ['131', 9223372036854775807n, { body: '/job' }] } }],
    [{ intent: { ...STOP, expires_at: { body: '/until' }, sequence: { body: '/n' } } }],
    [
      {
        intent: {
          operation: 'drs.start',
          project_id: PROJECT,
          jobs: [{ job_id: { body: '/job' }, start_time: { body: '/at' } }],
        },
      },
    ],
    [{ each: '', when: [{ item: '/a', is: null }], intent: STOP, key: [{ item: '/a' }] }],
    [{ intent: STOP, when: [{ body: '/a', is: [1, 'b', true, null] }] }],
  ])('%#: also by the published schema', (mapping) => {
    expect(faultsIn(mapping)).toEqual([]);
    expect([isPublished(mapping), isBySchema.errors]).toEqual([true, null]);
  });
});

describe('the faults of a mapping are named by their pointers', () => {
  it.each([
    [5, ['# must be an object']],
    [{}, ['#/intent is required']],
    [{ intent: STOP, whenever: 1 }, ['#/whenever is not a known field']],
    [{ intent: 'x' }, ['#/intent must be an object']],
    [{ each: 'alerts', intent: STOP }, [expect.stringMatching(/^#\/each must be a JSON pointer/)]],
    [
      { intent: { ...STOP, operation: 'dli.fly' } },
      [expect.stringMatching(/^#\/intent\/operation/)],
    ],
    [{ intent: { ...STOP, operaton: 'x' } }, ['#/intent/operaton is not a known field']],
    [{ intent: { operation: 'dli.stop', jobs: ['5'] } }, ['#/intent/project_id is required']],
    [{ intent: { ...STOP, jobs: ['x'] } }, [expect.stringMatching(/^#\/intent\/jobs\/0 must be/)]],
    [{ intent: { ...STOP, correlation_id: null } }, ['#/intent/correlation_id must be a string']],
    [{ intent: { ...STOP, jobs: [] } }, ['#/intent/jobs must name at least one job']],
    [
      { intent: { ...STOP, options: { resume_savepoint: true } } },
      ['#/intent/options/resume_savepoint is not a known field'],
    ],
    [
      { intent: { ...STOP, expires_at: '2026-01-31T12:00:00Z' } },
      [expect.stringMatching(/^#\/intent\/expires_at must come from the payload/)],
    ],
    [{ intent: { ...STOP, jobs: [{ item: '/id' }] } }, [expect.stringMatching(/^# .*no "each"$/)]],
    [{ intent: STOP, key: [{ item: '/id' }] }, [expect.stringMatching(/^# .*no "each"$/)]],
    [
      { intent: { ...STOP, jobs: [{ body: 'job' }] } },
      ['#/intent/jobs/0 must be {"body": pointer} or {"item": pointer}'],
    ],
    [
      { each: '/a', intent: { ...STOP, jobs: [{ body: '/job', item: '/job' }] } },
      ['#/intent/jobs/0 must be {"body": pointer} or {"item": pointer}'],
    ],
    [
      { intent: STOP, when: [{ body: '/a' }, { body: '/b', is: [] }, { body: '/c', is: {} }] },
      [0, 1, 2].map((i) => expect.stringMatching(new RegExp(`^#/when/${i} .*"is"`))),
    ],
    [
      { intent: STOP, when: [{ body: '/a', is: [1, Number.NaN] }] },
      [expect.stringMatching(/^#\/when\/0 .*"is"/)],
    ],
    [{ intent: STOP, when: {} }, ['#/when must be a list']],
    [{ intent: STOP, key: ['/id'] }, [expect.stringMatching(/^#\/key\/0 must be/)]],
  ])('%j', (mapping, faults) => {
    expect(faultsIn(mapping)).toEqual(faults);
  });

  it.each([
    [{}],
    [{ intent: 5 }],
    [{ intent: STOP, whenever: 1 }],
    [{ each: 'alerts', intent: STOP }],
    [{ intent: { ...STOP, operation: 'dli.fly' } }],
    [{ intent: { ...STOP, operaton: 'x' } }],
    [{ intent: { ...STOP, project_id: { body: '/p', else: 'p' } } }],
    [{ intent: { ...STOP, expires_at: '2026-01-31T12:00:00Z' } }],
    [{ intent: { ...STOP, jobs: [] } }],
    [{ intent: { body: '/data', item: '/data' } }],
    [{ intent: STOP, when: [{ body: '/a' }] }],
    [{ intent: STOP, when: [{ is: 1 }] }],
    [{ intent: STOP, when: [{ body: '/a', is: [{}] }] }],
    [{ intent: STOP, when: [{ body: '/a', is: [] }] }],
    [{ intent: STOP, when: [{ body: '/a', is: 1, or: 2 }] }],
    [{ intent: STOP, key: [{ body: 'id' }] }],
    [{ intent: STOP, key: [{ body: '/id', is: 1 }] }],
    [{ intent: STOP, key: Array(21).fill({ body: '/id' }) }],
  ])('the published schema refuses it too: %j', (mapping) => {
    expect(faultsIn(mapping)).not.toEqual([]);
    expect(isPublished(mapping)).toBe(false);
  });

  it('too many places', () => {
    expect(faultsIn({ intent: STOP, key: Array(21).fill({ body: '/id' }) })).toEqual([
      '#/key must have at most 20 entries',
    ]);
  });

  it('all of them at once', () => {
    expect(
      faultsIn({
        each: 5,
        when: [{}],
        intent: { operation: 'dli.stop', project_id: 'a b', jobs: [{ body: 5 }, -1] },
      }),
    ).toHaveLength(5);
  });
});
