import { describe, expect, it } from 'vitest';
import { readWait } from '../../shared/accept/prefer-wait.ts';

describe('how long a caller wants to wait', () => {
  it.each([
    ['', undefined, 0],
    ['wait=20', undefined, 20],
    ['a=b&wait=0', undefined, 0],
    ['wait=1', 'wait=20', 1],
    ['', 'wait=20', 20],
    ['', 'respond-async, wait=7', 7],
    ['', 'Wait = 7 ; x=y, wait=9', 7],
    ['', 'wait="7"', 7],
    ['wait=26', undefined, 25],
    ['', 'wait=999999', 25],
    ['', 'wait', 0],
    ['', 'wait=soon', 0],
    ['', 'wait=-1', 0],
    ['', 'handling=strict', 0],
    ['waits=5', undefined, 0],
  ])('%j, Prefer: %j: %i s', (query, prefer, seconds) => {
    expect(readWait(query, prefer)).toEqual({ ok: true, seconds });
  });

  it.each(['wait=', 'wait=soon', 'wait=-1', 'wait=1.5', 'wait=1e3', 'wait=9999999'])(
    '%j is a fault',
    (query) => {
      expect(readWait(query)).toMatchObject({ ok: false, fault: { pointer: 'query wait' } });
    },
  );
});
