import { describe, expect, it } from 'vitest';
import {
  type RequestRecord,
  requestCodec,
  requestKeyOf,
} from '../../shared/ledger/request-record.ts';
import { idAt, NOW } from '../support/messages.ts';

const RECORD: RequestRecord = {
  digest: 'd',
  intent_id: idAt(1),
  accepted_at: NOW,
  expires_at: NOW,
  isQueued: true,
  leaseUntil: 1,
  forgetAt: 2,
};

const TEXT = `{"v":1,"digest":"d","intent_id":"${idAt(1)}","accepted_at":"${NOW}","expires_at":"${NOW}","isQueued":true,"leaseUntil":1,"forgetAt":2}`;

describe('the record of a request', () => {
  it('is written as this text, and read again', () => {
    expect(requestCodec.write(RECORD)).toBe(TEXT);
    expect(requestCodec.read(TEXT)).toEqual(RECORD);
  });

  it('fields of a later release are passed over', () => {
    expect(requestCodec.read(TEXT.replace('{', '{"more":1,'))).toEqual(RECORD);
  });

  it.each([
    ['another version', TEXT.replace('"v":1', '"v":2')],
    ['no JSON', 'x'],
    ['a field too few', TEXT.replace('"digest":"d",', '')],
  ])('%s is not known', (_, text) => {
    expect(requestCodec.read(text)).toBeUndefined();
  });

  it('stands under a key of its own kind', () => {
    expect(requestKeyOf('abc')).toBe('request/abc');
  });
});
