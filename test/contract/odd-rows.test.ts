import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../shared/operations/index.ts';
import { type JobId, jobIdOf, type OperationName } from '../../shared/operations/operation.ts';
import type { Verdict } from '../../shared/reply/verdict.ts';
import { plainJob } from '../support/fixtures.ts';
import { intentOf } from '../support/messages.ts';
import { replied } from '../support/replies.ts';

const idsOf = (operation: OperationName, jobs: readonly string[]): readonly JobId[] =>
  intentOf({ operation, jobs: jobs.map((id) => plainJob(operation, id)) }).jobs.map(jobIdOf);

/** A verdict with the words it was given. */
const inWords = (verdict: Verdict): string => {
  switch (verdict.kind) {
    case 'delivered':
      return `delivered ${verdict.evidence}`;
    case 'rejected':
      return `rejected ${verdict.error.code}: ${verdict.error.message}`;
    case 'unanswered':
      return verdict.reason;
  }
};

const read = (operation: OperationName, jobs: readonly string[], status: number, body: unknown) =>
  OPERATIONS[operation].decode(idsOf(operation, jobs), replied(status, body)).verdicts.map(inWords);

const NO_VERDICT = 'status 200 and no verdict in the reply';

describe.each(['dli.run', 'dli.stop'] as const)('a row of %s', (operation) => {
  const rowOf = (row: unknown) => read(operation, ['131'], 200, [row])[0];

  it.each(['true', 'True', true])(
    'that claims success (%j) and names an error says nothing',
    (is_success) => {
      expect(rowOf({ is_success, error_code: 'DLI.0002', error_msg: 'words' })).toBe(NO_VERDICT);
    },
  );

  it.each([['job'], [null], [7], [{}], [{ is_success: 'perhaps' }]])(
    'that is no row says nothing: %j',
    (row) => {
      const good = { is_success: 'true' };
      expect(read(operation, ['131', '130'], 200, [row, good])).toEqual([
        NO_VERDICT,
        'delivered positional',
      ]);
    },
  );

  it.each([['job'], [null], [7], [{}]])('and without any other there is no reply: %j', (row) => {
    expect(rowOf(row)).toBe(`200: not a reply of the service: ${JSON.stringify([row])}`);
  });

  it('hands on the words of a refusal', () => {
    expect(rowOf({ error_code: 'DLI.0002', error_msg: 'words' })).toBe('rejected DLI.0002: words');
    expect(rowOf({ is_success: false, message: 'words' })).toMatch(/^rejected .*: words$/);
  });

  it.each([[undefined], [null], [7], [{}]])('and none where they are no text: %j', (words) => {
    expect(rowOf({ error_code: 'DLI.0002', error_msg: words })).toBe('rejected DLI.0002: ');
    expect(rowOf({ is_success: 'false', message: words })).toMatch(/^rejected .*: $/);
  });
});

describe('a row of drs.start', () => {
  it.each([[{ id: 'a' }], [{ id: 'a', status: 'perhaps' }], [{ id: 'a', status: 7 }]])(
    'that tells no verdict is told from one that is not there: %j',
    (row) => {
      expect(read('drs.start', ['a', 'b'], 200, { results: [row] })).toEqual([
        NO_VERDICT,
        'the reply does not name the job',
      ]);
    },
  );

  it('counts for what it is beside an error of the whole call: a task that was started was started', () => {
    const results = [{ id: 'a', status: 'success' }];
    const body = { error_code: 'DRS.M00004', error_msg: 'words', results };
    expect(read('drs.start', ['a', 'b'], 200, body)).toEqual([
      'delivered keyed',
      'the reply does not name the job',
    ]);
  });
});

describe.each(Object.values(OPERATIONS))('of a reply that is not JSON $name', ({ name }) => {
  it('says so, at which status, and what it looked like', () => {
    const [reason] = read(name, ['1'], 502, '<html></html>');
    expect(reason).toBe('502: not a reply of the service: <html></html>');
  });
});

describe.each(Object.values(OPERATIONS))('a look of $name', ({ name, look }) => {
  const statusesIn = (body: string, jobs: readonly string[]) => [
    ...look.decode(jobs.length > 0 ? idsOf(name, jobs) : [], replied(200, body)).values(),
  ];

  it.each(['null', '7', '"text"', 'true', '[null]'])('sees no status in %s', (body) => {
    expect(statusesIn(body, ['1'])).toEqual([]);
  });

  it('that asks for no job tells of none', () => {
    const body = {
      job_detail: { status: 'job_running' },
      results: [{ id: 'a', status: 'STARTJOBING' }],
    };
    expect(statusesIn(JSON.stringify(body), [])).toEqual([]);
  });
});
