import { describe, expect, it } from 'vitest';
import { aliasCodec, aliasKeyOf } from '../../shared/ledger/alias-record.ts';
import { idAt } from '../support/messages.ts';

const TEXT = `{"v":1,"intent_id":"${idAt(1)}","caller":"bot"}`;
const RECORD = { intent_id: idAt(1), caller: 'bot' };

describe('an alias', () => {
  it('is written as this text, and read again', () => {
    expect(aliasCodec.write(RECORD)).toBe(TEXT);
    expect(aliasCodec.read(TEXT)).toEqual(RECORD);
    expect(aliasCodec.read(TEXT.replace('{', '{"more":1,'))).toEqual(RECORD);
    expect(aliasKeyOf(idAt(2))).toBe(`alias/${idAt(2)}`);
  });

  it.each([
    ['another version', TEXT.replace('"v":1', '"v":2')],
    ['no JSON', 'x'],
    ['a field too few', '{"v":1,"caller":"bot"}'],
  ])('%s is not known', (_, text) => {
    expect(aliasCodec.read(text)).toBeUndefined();
  });
});
