import { describe, expect, it } from 'vitest';
import { seal } from '../../shared/ledger/recorded-verdict.ts';

/** What is left of an error where a part of so many jobs is to hold it. */
const kept = (code: string, message: string, jobs: number) =>
  seal({ outcome: 'rejected', error: { code, message }, calledAt: 0, settledAt: 0 }, jobs).error;

/** In a part of 500 jobs: 380,000 bytes shared by all, less what a verdict takes without words. */
const ROOM = 500;

describe('the room for the words of a refusal is used to the last byte', () => {
  it('words that just fit are left whole', () => {
    expect(kept('', 'x'.repeat(ROOM), 500)).toEqual({ code: '', message: 'x'.repeat(ROOM) });
  });

  it('of longer ones as much is kept as fits', () => {
    expect(kept('', 'x'.repeat(ROOM + 1), 500)?.message).toBe('x'.repeat(ROOM));
  });

  it('code and message share it, and the code goes first', () => {
    expect(kept('DLI.0001', 'x'.repeat(ROOM), 500)).toEqual({
      code: 'DLI.0001',
      message: 'x'.repeat(ROOM - 8),
    });
  });

  it('a letter that takes more bytes in JSON takes more of it', () => {
    expect(kept('', '"'.repeat(ROOM), 500)?.message).toBe('"'.repeat(ROOM / 2));
    expect(kept('', '作'.repeat(ROOM), 500)?.message).toBe('作'.repeat(Math.floor(ROOM / 3)));
  });

  it('and where there is none no word is kept', () => {
    expect(kept('DLI.0001', 'words', 10_000)).toEqual({ code: '', message: '' });
  });
});
