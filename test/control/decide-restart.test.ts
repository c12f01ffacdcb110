import { describe, expect, it } from 'vitest';
import { AT, begin, judgeAll, type Known, LEASE, type Standing } from '../support/decide-room.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { idAt } from '../support/messages.ts';
import { openWishes } from '../support/records-room.ts';

describe('a run after a stop waits for it', () => {
  const stop = (standing: Standing): Known => ({
    job: '1',
    age: 4,
    operation: 'dli.stop',
    standing,
  });
  const run = { jobs: ['1'] };

  it.each<[Standing, string | undefined, 'called' | 'waiting' | 'notStopped']>([
    ['live', 'job_cancel_success', 'waiting'],
    ['lapsed', 'job_cancel_success', 'waiting'],
    ['released', 'job_cancel_success', 'waiting'],
    ['delivered', 'job_canceling', 'waiting'],
    ['delivered', 'job_savepointing', 'waiting'],
    ['delivered', 'job_running', 'notStopped'],
    ['delivered', 'job_cancel_fail', 'notStopped'],
    ['released', 'job_running', 'waiting'],
    ['delivered', 'job_downloading', 'waiting'],
    ['delivered', undefined, 'waiting'],
    ['delivered', 'job_cancel_success', 'called'],
    ['delivered', 'job_finish', 'called'],
  ])('%s, and the job %s: %s', async (standing, status, way) => {
    const said = await judgeAll(run, [stop(standing)], status === undefined ? {} : { 1: status });
    expect(said[way]).toEqual(['1']);
    expect(said.observed).toEqual([]);
  });

  it('and where there was no time to look at the job, it waits too, unseen', async () => {
    const said = await judgeAll(run, [stop('delivered')], { 1: 'unasked' });
    expect(said).toMatchObject({ called: [], waiting: ['1'], unseen: ['1'] });
  });
});

describe('a run that names its stop waits until that is known', () => {
  const stopped = (age: number): Known => ({
    job: '1',
    age,
    operation: 'dli.stop',
    standing: 'delivered',
  });

  it.each<[title: string, stop: Known | undefined, unmet: number | undefined]>([
    ['nothing', undefined, 3],
    ['one before it', stopped(2), 3],
    ['the stop itself', stopped(3), undefined],
  ])('known is %s', async (_, stop, unmet) => {
    const status = { 1: 'job_cancel_success' };
    const said = await judgeAll({ jobs: ['1'], after: 3 }, stop ? [stop] : [], status);
    expect([said.called, said.unmet]).toEqual(
      unmet === undefined ? [['1'], []] : [[], [['1', idAt(unmet)]]],
    );
  });
});

describe('where a job stands that has ended by itself, its last start tells whose end it was', () => {
  it.each([
    ['not told', undefined, 'observed'],
    ['ours', AT - LEASE, 'observed'],
    ['ours by a clock that is slow', AT - 2 * LEASE, 'observed'],
    ['before ours', AT - 2 * LEASE - 1, 'go'],
  ])('%s', async (_, startedAt, decision) => {
    const { calls } = openWishes({ age: 4, jobs: ['1'] });
    const { know, decisions } = begin({ 1: 'job_finish' }, memoryLedger(), startedAt);
    for (const call of calls) await know(call, { job: '1', age: 4, standing: 'lapsed' });
    const found = await decisions(calls);
    expect([found.observed.length, found.candidates.size]).toEqual(
      decision === 'observed' ? [1, 0] : [0, 1],
    );
  });
});
