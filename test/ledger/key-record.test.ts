import { expect, it } from 'vitest';
import { type KeyRecord, readKey, writeKey } from '../../shared/ledger/key-record.ts';
import { idAt } from '../support/messages.ts';

const record: KeyRecord = {
  intent_id: idAt(2),
  age: idAt(1),
  accepted_at: '2026-01-01T00:00:00.000Z',
  expires_at: '2026-01-02T00:00:00.000Z',
};

it('the intent that an event became is read as it was written', () => {
  const { expires_at: _, ...endless } = record;
  expect(readKey(writeKey(record))).toEqual(record);
  expect(readKey(writeKey(endless))).toEqual(endless);
});

it.each([
  ['is of another version', { v: 2 }],
  ['has no text as its id', { intent_id: 1 }],
  ['has no text as its age', { age: 1 }],
  ['has no text as its time', { accepted_at: 1 }],
  ['has no text as its deadline', { expires_at: 1 }],
])('a record that %s says nothing', (_, odd) => {
  expect(readKey(JSON.stringify({ v: 1, ...record, ...odd }))).toBeUndefined();
});

it('nor does what is no record', () => {
  expect(readKey('')).toBeUndefined();
  expect(readKey('[]')).toBeUndefined();
});
