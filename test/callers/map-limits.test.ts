import { describe, expect, it } from 'vitest';
import { mapPayload } from '../../shared/callers/map-payload.ts';
import type { Json } from '../../shared/json/json.ts';
import { hookOf } from '../support/hook-payloads.ts';
import { PROJECT } from '../support/messages.ts';

const intent = { operation: 'dli.stop', project_id: PROJECT, jobs: { item: '/jobs' } };
const keyed = { each: '/list', intent, key: [{ body: '/id' }, { item: '/n' }] };

const faultsOf = (mapping: unknown, body: Json): readonly string[] => {
  const mapped = mapPayload(hookOf(mapping), body);
  return mapped.ok ? [] : mapped.faults.map(({ pointer, detail }) => `${pointer} ${detail}`);
};

const keysOf = (mapping: unknown, body: Json) => {
  const mapped = mapPayload(hookOf(mapping), body);
  return mapped.ok ? mapped.made.map(({ key }) => key) : mapped.faults;
};

describe('the jobs of all intents of a delivery', () => {
  const listOf = (...counts: readonly number[]): Json => ({
    list: counts.map((count) => ({ jobs: Array(count).fill('1') })),
  });
  const mapping = { each: '/list', intent };

  it('are 10,000 at most; the item that goes beyond is named', () => {
    expect(faultsOf(mapping, listOf(4_000, 6_000))).toEqual([]);
    expect(faultsOf(mapping, listOf(4_000, 6_000, 1))).toEqual([
      '#/list/2/jobs brings the jobs of the delivery to more than 10000: send fewer at once',
    ]);
  });

  it('are none where the place has no list', () => {
    expect(faultsOf(mapping, { list: [{ jobs: 'x'.repeat(10_001) }] })).toEqual([]);
    expect(faultsOf({ intent: { body: '' } }, { jobs: { length: 10_001 } })).toEqual([]);
    expect(faultsOf({ intent: { body: '' } }, ['jobs'])).toEqual([]);
  });
});

describe('a key', () => {
  it('has the value of the body and that of the item, other values in other texts', () => {
    const list = [1, '1', true, { a: [1n] }].map((n) => ({ n, jobs: ['1'] }));
    expect(keysOf(keyed, { id: 'd', list })).toEqual([
      '["d",1]',
      '["d","1"]',
      '["d",true]',
      '["d",{"a":["1"]}]',
    ]);
  });

  it('is as long as 4,096 characters for each value, and no longer', () => {
    const bodyOf = (length: number): Json => ({
      id: 'x'.repeat(length - 2),
      list: [{ n: 1, jobs: ['1'] }],
    });
    expect(faultsOf(keyed, bodyOf(4_096))).toEqual([]);
    expect(faultsOf(keyed, bodyOf(4_097))).toEqual([
      '#/id is longer than 4096 characters, so it cannot be part of a key',
    ]);
  });

  it('has no number that cannot be read exactly, wherever it stands', () => {
    const list = [Number.NaN, [Number.NaN], { a: Number.NaN }].map((n) => ({ n, jobs: ['1'] }));
    expect(faultsOf(keyed, { id: 'd', list })).toEqual(
      list.map((_, i) => `#/list/${i}/n has a number that cannot be read exactly: send it as text`),
    );
  });

  it('is none without a mapping for it', () => {
    expect(keysOf({ each: '/list', intent }, { list: [{ jobs: ['1'] }] })).toEqual([undefined]);
    expect(keysOf({ each: '/list', intent, key: [] }, { list: [{ jobs: ['1'] }] })).toEqual([
      undefined,
    ]);
  });
});

describe('a condition on an item', () => {
  const mapping = { each: '/list', when: [{ item: '/on', is: [true, 'yes'] }], intent };

  it('leaves out the items that it does not hold for, before they are looked at', () => {
    const list = [{ on: 'yes', jobs: ['1'] }, { on: 'no' }, 5, { on: true, jobs: ['2'] }];
    const mapped = mapPayload(hookOf(mapping), { list });
    expect(mapped.ok && mapped.made.map(({ body }) => Reflect.get(Object(body), 'jobs'))).toEqual([
      ['1'],
      ['2'],
    ]);
  });
});

it('faults are looked for until an answer is full', () => {
  const list = Array(500).fill({});
  expect(faultsOf({ each: '/list', intent }, { list })).toHaveLength(251);
});
