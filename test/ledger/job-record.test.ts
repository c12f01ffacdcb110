import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Age, justBefore } from '../../shared/intent/age.ts';
import type { IntentId } from '../../shared/intent/intent.ts';
import {
  isMet,
  type JobRecord,
  jobKeyOf,
  newestIdOf,
  readJob,
  withSenders,
  writeJob,
} from '../../shared/ledger/job-record.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { anyText, oddJson } from '../support/arbitraries.ts';
import { jobRecord } from '../support/ledger-states.ts';
import { idAt, intentOf } from '../support/messages.ts';

describe('what is known of a job comes back from its record', () => {
  it('any record', () => {
    fc.assert(
      fc.property(jobRecord(), (record) => {
        expect(readJob(writeJob(record))).toEqual(record);
      }),
    );
  });

  it('a deadline that is not there is not there', () => {
    const [record] = fc.sample(jobRecord(), 1);
    if (record === undefined) throw new Error('no record');
    const claim = { ...record.claim, expires_at: undefined };
    expect(Object.keys(readJob(writeJob({ ...record, claim }))?.claim ?? {})).not.toContain(
      'expires_at',
    );
  });
});

describe('of each sender the wish of the highest sequence is known', () => {
  const sender = (sequence: string, age: string, intent = 'an intent') => ({
    caller: 'direct',
    sequence,
    intent: intent as IntentId,
    age: age as Age,
  });

  it('of equal ones that of the higher age', () => {
    const first = sender('n1', 'a');
    const second = sender('n1', 'b', 'another');
    expect(withSenders([first], [second])).toEqual([second]);
    expect(withSenders([second], [first])).toEqual([second]);
    expect(withSenders([second], [sender('n2', 'a')])).toEqual([sender('n2', 'a')]);
  });

  it('an intent that comes again keeps the age that it was first recorded with', () => {
    const own = sender('n1', 'b');
    const ranked = sender('n1', 'a:n1:an intent');
    expect(withSenders([ranked], [own])).toEqual([ranked]);
    expect(withSenders([own], [ranked])).toEqual([own]);
  });

  it('where one counts by numbers and then by time, that of the higher age', () => {
    const counted = sender('n9', 'b', 'counted');
    for (const [age, last] of [
      ['a', counted],
      ['c', sender('t1', 'c', 'timed')],
    ] as const)
      expect(withSenders([counted], [sender('t1', age, 'timed')])).toEqual([last]);
  });
});

describe('an intent that another is to follow is known', () => {
  const record = (newest: Age, intent?: IntentId): JobRecord => ({
    newest,
    intent,
    operation: 'dli.stop',
    claim: { block: 'block', index: 0, invocation: 'i', at: 0, until: 1 },
  });
  const moved = justBefore(idAt(3), 'n1', idAt(7));

  it.each([
    ['where nothing is recorded', undefined, idAt(5), false],
    ['where but older ones are', record(idAt(4)), idAt(5), false],
    ['where it is itself', record(idAt(5)), idAt(5), true],
    ['where a newer one is', record(idAt(6)), idAt(5), true],
    ['where it stands itself with a lower age', record(moved, idAt(7)), idAt(7), true],
    ['where another one stands with a lower age', record(moved, idAt(7)), idAt(6), false],
  ])('%s', (_, recorded, age, isKnown) => {
    expect(isMet(recorded, age)).toBe(isKnown);
  });

  it('the newest intent is the one that has the highest age, by its own id', () => {
    expect(newestIdOf(record(idAt(5)))).toBe(idAt(5));
    expect(newestIdOf(record(moved, idAt(7)))).toBe(idAt(7));
  });
});

describe('a record that is not known here is told as such', () => {
  const [record] = fc.sample(jobRecord(), 1);

  it.each([
    ['a version to come', JSON.stringify({ ...record, v: 2 })],
    ['no version', JSON.stringify(record)],
    ['no claim', JSON.stringify({ ...record, v: 1, claim: undefined })],
    ['no text', ''],
    ['no JSON', 'v1'],
  ])('%s', (_, text) => {
    expect(readJob(text)).toBeUndefined();
  });

  it('and never thrown at, whatever it is', () => {
    const texts = fc.oneof(
      anyText(),
      oddJson().map((value) => JSON.stringify(value) ?? ''),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(readJob(text)).toBeUndefined();
      }),
    );
  });
});

describe('each job has a record of its own', () => {
  it('by service, project and id: the same id elsewhere is another job', () => {
    const keyOf = (operation: 'dli.run' | 'drs.start', project_id: string, job: string) => {
      const { project_id: project, jobs } = intentOf({ operation, project_id, jobs: [job] });
      const [id] = jobs.map(jobIdOf);
      if (id === undefined) throw new Error('no job');
      return jobKeyOf(operation === 'dli.run' ? 'dli' : 'drs', project, id);
    };
    const keys = [
      keyOf('dli.run', 'p', '9223372036854775807'),
      keyOf('dli.run', 'q', '9223372036854775807'),
      keyOf('drs.start', 'p', '9223372036854775807'),
      keyOf('dli.run', 'p', '9223372036854775806'),
    ];
    expect(keys[0]).toBe('job/dli/p/9223372036854775807');
    expect(new Set(keys).size).toBe(4);
  });
});

describe('the record of a job keeps the words of the releases before', () => {
  it('the block that a claim is for stands there as its part', () => {
    const [record] = fc.sample(jobRecord(), 1);
    if (record === undefined) throw new Error('no record');
    const { claim } = JSON.parse(writeJob(record));
    expect([claim.part, 'block' in claim]).toEqual([record.claim.block, false]);
  });
});
