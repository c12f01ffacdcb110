import { describe, expect, it } from 'vitest';
import { OPERATIONS, operations } from '../../shared/operations/index.ts';
import type { OperationName } from '../../shared/operations/operation.ts';
import { MISSING, told } from '../../shared/operations/sighting.ts';
import { DLI_STATUSES, DRS_STATUSES } from '../../shared/operations/statuses.ts';
import { intentOf } from '../support/messages.ts';

describe('what only one operation knows', () => {
  it('a second request does harm where a savepoint is used up, or an order is paid', () => {
    const harms = (name: OperationName, options = {}) => OPERATIONS[name].repeatHarms(options);
    expect(harms('dli.run', { resume_savepoint: true })).toBe(true);
    expect(harms('dli.run', { resume_savepoint: false })).toBe(false);
    const all = operations.filter(({ name }) => harms(name));
    expect(all.map(({ name }) => name)).toEqual(['drs.start', 'drs.retry']);
  });

  it('a run goes once its stop is over, and tells if that has failed', () => {
    const { restart } = OPERATIONS['dli.run'];
    expect(restart?.after).toBe('dli.stop');
    expect(DLI_STATUSES.filter((status) => restart?.readyAt(told(status)))).toEqual([
      'job_init',
      'job_submit_fail',
      'job_running_exception',
      'job_cancel_success',
      'job_arrearage_stopped',
      'job_finish',
    ]);
    expect(DLI_STATUSES.filter((status) => restart?.failedAt(told(status)))).toEqual([
      'job_running',
      'job_idle',
      'job_cancel_fail',
    ]);
    expect([restart?.readyAt(MISSING), restart?.failedAt(MISSING)]).toEqual([true, false]);
  });

  it('a start goes once the task stands still; no status tells that its stop has failed', () => {
    const { restart } = OPERATIONS['drs.start'];
    expect(restart?.after).toBe('drs.stop');
    const still = DRS_STATUSES.filter((status) => restart?.readyAt(told(status)));
    expect(still).toEqual(
      expect.arrayContaining(['CONFIGURATION', 'CREATE_FAILED', 'PAUSING', 'PAUSEING', 'DELETED']),
    );
    expect(
      still.filter((status) => status.endsWith('_STARTED') && !status.startsWith('RELEASE')),
    ).toEqual([]);
    expect(DRS_STATUSES.filter((status) => restart?.failedAt(told(status)))).toEqual([]);
    expect(restart?.readyAt(MISSING)).toBe(true);
  });

  it('a run that a look shows as started before its request had no effect, but for the clocks', () => {
    const { effectOf } = OPERATIONS['dli.run'];
    const [SINCE, CLOCKS] = [1_769_860_800_000, 60_000];
    const effects = (status: string) =>
      [SINCE, SINCE - CLOCKS, SINCE - CLOCKS - 1, undefined].map((at) =>
        effectOf(told(status, at), SINCE),
      );
    expect(effects('job_running')).toEqual(['taken', 'taken', 'earlier', 'taken']);
    expect(effects('job_finish')).toEqual(['taken', 'taken', 'none', 'taken']);
    expect(effects('job_init')).toEqual(['none', 'none', 'none', 'none']);
  });

  it('a task that waits for its start was started only if that was put off', () => {
    const { effectOf, isThere } = OPERATIONS['drs.start'];
    const jobs = [
      'a',
      { job_id: 'a', start_time: '5' },
      { job_id: 'a', is_only_init_task: true },
      { job_id: 'a', is_only_init_task: false },
    ];
    const all = [
      undefined,
      ...jobs.flatMap((job) => intentOf({ operation: 'drs.start', jobs: [job] }).jobs),
    ];
    const waiting = told('WAITING_FOR_START');
    expect(all.map((job) => effectOf(waiting, 0, job))).toEqual([
      'taken',
      'none',
      'taken',
      'taken',
      'none',
    ]);
    expect(all.map((job) => isThere(waiting, job))).toEqual([true, false, true, true, false]);
  });

  it('a task that is being ended is not one that was deleted', () => {
    const { effectOf, isThere } = OPERATIONS['drs.delete'];
    const types = ['delete', 'terminate', 'force_terminate'];
    const all = types.flatMap(
      (delete_type) =>
        intentOf({ operation: 'drs.delete', jobs: [{ job_id: 'a', delete_type }] }).jobs,
    );
    const of = (status: string) =>
      [undefined, ...all].map((job) => [
        effectOf(told(status), 0, job),
        isThere(told(status), job),
      ]);
    const [no, yes] = [
      ['none', false],
      ['taken', true],
    ];
    for (const status of ['RELEASE_RESOURCE_STARTED', 'RELEASE_RESOURCE_COMPLETE'])
      expect(of(status)).toEqual([no, no, yes, yes]);
    expect(of('RELEASE_RESOURCE_FAILED')).toEqual([no, no, no, no]);
    expect(of('DELETED')).toEqual([yes, yes, yes, yes]);
  });
});
