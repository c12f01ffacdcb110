import { describe, expect, it } from 'vitest';
import { readControlConfig } from '../../shared/edge/control-config.ts';
import { OPERATIONS, operations } from '../../shared/operations/index.ts';
import { control } from '../support/settings.ts';

describe('one setting says how late effects and statuses may show', () => {
  it.each([
    [undefined, undefined, 120],
    ['30', undefined, 120],
    ['30', '20', 30],
    ['45', '20', 45],
    ['30', '200', 200],
    [undefined, '1', 30],
    ['200', undefined, 200],
  ])(
    'a margin of %s s and a settle time of %s s: a claim outlasts a function by %i s',
    (LEASE_MARGIN_SECONDS, SETTLE_SECONDS, margin) => {
      const config = readControlConfig({ ...control, LEASE_MARGIN_SECONDS, SETTLE_SECONDS });
      expect(config.leaseMs).toBe((60 + margin) * 1_000);
    },
  );

  it('by default 30 s, and 120 s where a repeated call does harm', () => {
    const { settleMs } = readControlConfig(control);
    expect(settleMs(OPERATIONS['dli.stop'], {})).toBe(30_000);
    expect(settleMs(OPERATIONS['dli.stop'], { trigger_savepoint: true })).toBe(30_000);
    expect(settleMs(OPERATIONS['dli.run'], {})).toBe(30_000);
    expect(settleMs(OPERATIONS['dli.run'], { resume_savepoint: false })).toBe(30_000);
    expect(settleMs(OPERATIONS['dli.run'], { resume_savepoint: true })).toBe(120_000);
    expect(settleMs(OPERATIONS['drs.start'], {})).toBe(120_000);
  });

  it('a set value holds for every operation', () => {
    const { settleMs } = readControlConfig({ ...control, SETTLE_SECONDS: '45' });
    for (const operation of operations)
      for (const options of [{}, { resume_savepoint: true }])
        expect(settleMs(operation, options)).toBe(45_000);
  });

  it('the ends of requests are not recorded while an older release still runs', () => {
    expect(readControlConfig({ ...control, RECORD_ENDS: 'false' }).recordsEnds).toBe(false);
    expect(readControlConfig({ ...control, RECORD_ENDS: 'true' }).recordsEnds).toBe(true);
    expect(readControlConfig({ ...control, RECORD_ENDS: '' }).recordsEnds).toBe(true);
  });
});
