import { describe, expect, it } from 'vitest';
import { readNativeRequest } from '../../shared/intent/request.ts';
import { NOW, PROJECT } from '../support/messages.ts';

/** The faults of an otherwise valid request. */
const read = (part: object) => {
  const reading = readNativeRequest(
    { operation: 'dli.run', project_id: PROJECT, jobs: [1], ...part },
    new Date(NOW),
  );
  return reading.ok
    ? reading.request
    : reading.faults.map(({ pointer, detail }) => `${pointer}: ${detail}`);
};

describe('a correlation id is 1 to 128 printable characters', () => {
  it.each([['x'], [' '], ['~'], ['x'.repeat(128)]])('%j is accepted', (correlation_id) => {
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
  ])('%j is refused', (correlation_id) => {
    expect(read({ correlation_id })).toEqual([
      '#/correlation_id: must be 1 to 128 printable ASCII characters',
    ]);
  });

  it.each([[7], [null], [['x']]])('%j is refused, since it is no text', (correlation_id) => {
    expect(read({ correlation_id })).toEqual(['#/correlation_id: must be a string']);
  });
});

describe('a flag is true or false', () => {
  it.each([
    ['dli.run', 'resume_savepoint'],
    ['dli.stop', 'trigger_savepoint'],
  ])('%s: %s', (operation, flag) => {
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

describe('a JSON number is accepted as an id if it is exact', () => {
  it('the largest safe integer is, and the next is not', () => {
    expect(read({ jobs: [2 ** 53 - 1] })).toHaveProperty('jobs', ['9007199254740991']);
    expect(read({ jobs: [2 ** 53] })).toEqual([
      '#/jobs/0: is too large for a JSON number to hold exactly: send it as a string',
    ]);
  });
});
