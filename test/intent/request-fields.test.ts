import { describe, expect, it } from 'vitest';
import { readNativeRequest } from '../../shared/intent/request.ts';
import { NOW, PROJECT } from '../support/messages.ts';

/** What a caller is told of a request that is good but for this. */
const read = (part: object) => {
  const reading = readNativeRequest(
    { operation: 'dli.run', project_id: PROJECT, jobs: [1], ...part },
    new Date(NOW),
  );
  return reading.ok
    ? reading.request
    : reading.faults.map(({ pointer, detail }) => `${pointer}: ${detail}`);
};

describe('a correlation id is short and printable from its first letter to its last', () => {
  it.each([['x'], [' '], ['~'], ['x'.repeat(128)]])('%j is one', (correlation_id) => {
    expect(read({ correlation_id })).toHaveProperty('correlation_id', correlation_id);
  });

  it.each([
    [''],
    ['x'.repeat(129)],
    ['é release'],
    ['release é'],
    ['\u0000x'],
    ['x\u007f'],
    ['x\n'],
    ['\nx'],
  ])('%j is none', (correlation_id) => {
    expect(read({ correlation_id })).toEqual([
      '#/correlation_id: must be 1 to 128 printable ASCII characters',
    ]);
  });

  it.each([[7], [null], [['x']]])('nor is %j, which is no text', (correlation_id) => {
    expect(read({ correlation_id })).toEqual(['#/correlation_id: must be a string']);
  });
});

describe('a flag is true or false', () => {
  it.each([
    ['dli.run', 'resume_savepoint'],
    ['dli.stop', 'trigger_savepoint'],
  ])('of %s: %s', (operation, flag) => {
    for (const value of [true, false])
      expect(read({ operation, options: { [flag]: value } })).toHaveProperty('options', {
        [flag]: value,
      });
    for (const value of ['true', 1, null])
      expect(read({ operation, options: { [flag]: value } })).toEqual([
        `#/options/${flag}: must be true or false`,
      ]);
  });
});

describe('a JSON number names a job as long as it holds it exactly', () => {
  it('which the largest safe one does, and the next does not', () => {
    expect(read({ jobs: [2 ** 53 - 1] })).toHaveProperty('jobs', ['9007199254740991']);
    expect(read({ jobs: [2 ** 53] })).toEqual([
      '#/jobs/0: is too large for a JSON number to hold exactly: send it as a string',
    ]);
  });
});
