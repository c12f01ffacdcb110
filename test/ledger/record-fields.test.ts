import { describe, expect, it } from 'vitest';
import { aliasCodec, aliasKeyOf } from '../../shared/ledger/alias-record.ts';
import { blockKeyOf, readBlock } from '../../shared/ledger/block-record.ts';
import { readJob } from '../../shared/ledger/job-record.ts';
import { keyRecordKeyOf, readKey } from '../../shared/ledger/key-record.ts';
import { nameKeyOf, readNames } from '../../shared/ledger/name-record.ts';
import { requestCodec } from '../../shared/ledger/request-record.ts';
import { trialCodec, trialKeyOf } from '../../shared/ledger/trial-record.ts';
import { idAt, intentOf, NOW } from '../support/messages.ts';

const ID = idAt(1);

/** A record of each kind with all of its fields, as its text holds it. */
const RECORDS = {
  alias: [aliasCodec.read, { v: 1, intent_id: ID, caller: 'bot' }],
  block: [
    readBlock,
    {
      v: 1,
      about: {
        caller: 'bot',
        operation: 'dli.run',
        project_id: 'p',
        accepted_at: NOW,
        expires_at: NOW,
        correlation_id: 'c',
        job_count: 1,
        job_ids: '131',
      },
      invocation: 'i',
      asked: [{ by: 'i', jobs: '0' }],
      ends: [{ by: 'i', until: 5, jobs: '0' }],
      reason: 'timeout',
      verdicts: [
        {
          outcome: 'rejected',
          evidence: 'keyed',
          error: { code: 'c', message: 'm' },
          superseded_by: ID,
          call: { id: 'call', size: 1, attempts: 1 },
          calledAt: 1,
          settledAt: 2,
          jobs: '0',
          published: true,
        },
      ],
    },
  ],
  job: [
    readJob,
    {
      v: 1,
      newest: ID,
      intent: ID,
      operation: 'dli.run',
      claim: {
        part: 'block',
        index: 0,
        invocation: 'i',
        at: 1,
        until: 2,
        clearFrom: 3,
        expires_at: NOW,
      },
      senders: [{ caller: 'bot', sequence: 'n1', intent: ID, age: ID }],
      stopBefore: { operation: 'dli.stop', at: 1, isDelivered: true },
    },
  ],
  key: [readKey, { v: 1, intent_id: ID, age: ID, accepted_at: NOW, expires_at: NOW }],
  name: [readNames, { v: 1, stops: [{ intent: ID, age: ID, jobs: ['131'] }] }],
  request: [
    requestCodec.read,
    {
      v: 1,
      digest: 'd',
      intent_id: ID,
      accepted_at: NOW,
      expires_at: NOW,
      isQueued: true,
      leaseUntil: 1,
      forgetAt: 2,
    },
  ],
  trial: [trialCodec.read, { v: 1, size: 2, receives: 3, ended: false }],
} as const;

/** Copies of a value in each of which one leaf, or one list or object, has become of another kind. */
const spoilt = (value: unknown): readonly unknown[] => {
  const others = typeof value === 'number' ? ['text'] : [7];
  if (typeof value !== 'object' || value === null) return others;
  const inner = Object.entries(value).flatMap(([name, part]) =>
    spoilt(part).map((odd) =>
      Array.isArray(value) ? value.with(Number(name), odd) : { ...value, [name]: odd },
    ),
  );
  return [...others, ...inner];
};

describe('a record with a field of another kind is not taken for one of ours', () => {
  it.each(Object.entries(RECORDS))('%s', (_, [read, record]) => {
    expect(read(JSON.stringify(record))).toBeDefined();
    for (const odd of spoilt(record)) {
      const text = JSON.stringify(odd);
      expect(read(text), text).toBeUndefined();
    }
  });

  it('nor is a text with a field too many taken for another record', () => {
    for (const [read, record] of Object.values(RECORDS))
      expect(read(JSON.stringify({ ...record, later: 1 }))).toEqual(read(JSON.stringify(record)));
  });
});

it('the trial of a message is written as this text, and read again', () => {
  const trial = { size: 2, receives: 3, ended: false };
  expect(trialCodec.write(trial)).toBe('{"v":1,"size":2,"receives":3,"ended":false}');
  expect(trialCodec.read(trialCodec.write(trial))).toEqual(trial);
});

it('each kind of record stands under keys of its own', () => {
  const { project_id } = intentOf({});
  expect([
    aliasKeyOf(ID),
    blockKeyOf(ID, 3),
    keyRecordKeyOf('a key'),
    nameKeyOf('dli', project_id, 'a name'),
    trialKeyOf('m'),
  ]).toEqual([
    `alias/${ID}`,
    `intent/${ID}/#3`,
    'key/a key',
    `name/dli/${project_id}/a name`,
    'trial/m',
  ]);
});
