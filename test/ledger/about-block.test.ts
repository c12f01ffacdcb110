import { expect, it } from 'vitest';
import { aboutBlock } from '../../shared/ledger/about-block.ts';
import { intentOf } from '../support/messages.ts';

const intent = { ...intentOf({ jobs: ['1', '2'] }), job_count: 5 };
const { expires_at: _, correlation_id: __, ...bare } = intent;

it('the record of a block tells what a caller may ask of its intent', () => {
  const whole = { ...bare, expires_at: '2026-01-01T00:00:00.000Z', correlation_id: 'deploy-42' };
  expect(aboutBlock(whole)).toEqual({
    caller: intent.caller,
    operation: intent.operation,
    project_id: intent.project_id,
    accepted_at: intent.accepted_at,
    expires_at: '2026-01-01T00:00:00.000Z',
    correlation_id: 'deploy-42',
    job_count: 5,
    job_ids: ['1', '2'],
  });
});

it('and says nothing of what the intent has not', () => {
  const about = aboutBlock(bare);
  expect(about).not.toHaveProperty('expires_at');
  expect(about).not.toHaveProperty('correlation_id');
});

it('a message of an earlier release tells too little', () => {
  const { job_count: ___, ...earlier } = intent;
  expect(aboutBlock(earlier)).toBeUndefined();
});
