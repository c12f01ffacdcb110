import { describe, expect, it } from 'vitest';
import { receiptOf } from '../../shared/accept/receipt.ts';
import { RESULT_DETAIL_TYPE, RESULT_SOURCE } from '../../shared/intent/result.ts';
import { idAt, intentOf, PROJECT } from '../support/messages.ts';

describe('a receipt says what was accepted, and until when it is tried', () => {
  const wish = { age: 7, jobs: ['131', '130'], accepted_at: '2026-01-31T11:59:58.500Z' };
  const receipt = {
    intent_id: idAt(7),
    operation: 'dli.run',
    project_id: PROJECT,
    job_count: 2,
    accepted_at: '2026-01-31T11:59:58.500Z',
  };

  it('with its deadline', () => {
    const expires_at = '2026-02-01T00:00:00.000Z';
    expect(receiptOf(intentOf({ ...wish, expires_at }))).toStrictEqual({ ...receipt, expires_at });
  });

  it('without a deadline', () => {
    expect(receiptOf(intentOf(wish))).toStrictEqual(receipt);
  });
});

describe('result events keep their source and detail-type', () => {
  it('consumers’ rules match on them', () => {
    expect({ source: RESULT_SOURCE, 'detail-type': RESULT_DETAIL_TYPE }).toEqual({
      source: 'job-fanin',
      'detail-type': 'Job Control Result',
    });
  });
});
