import { describe, expect, it } from 'vitest';
import { AT, carryOut, MS_PER_CALL, SUSPECT } from '../support/carry-out-room.ts';
import { refusal, YES } from '../support/control-room.ts';
import type { Wish } from '../support/messages.ts';
import { theOnly } from '../support/records-room.ts';
import { replied } from '../support/replies.ts';

describe('no request is begun with less time than one may take', () => {
  it('none at all: the jobs stay unanswered, and were not served', async () => {
    const { asked, attempts, lines } = await carryOut(
      { remainingMs: () => MS_PER_CALL - 1 },
      { jobs: ['1', '2'] },
    );
    expect(asked).toEqual([]);
    const fields = { operation: 'dli.run', jobs: 2 };
    expect(lines).toEqual([{ level: 'warn', event: 'no time left', fields }]);
    const verdict = {
      kind: 'unanswered',
      served: 'no',
      reason: 'no time left in this invocation',
    };
    expect(theOnly(attempts)).toMatchObject({
      verdicts: [
        [{ job: '1' }, verdict],
        [{ job: '2' }, verdict],
      ],
      info: { id: '', size: 2, attempts: 1 },
      timing: { calledAt: AT, settledAt: AT },
    });
  });

  it('nor the second half of a refused call', async () => {
    let left = MS_PER_CALL + 1;
    const { asked, attempts, verdicts, lines } = await carryOut(
      {
        remainingMs: () => left,
        reply: ({ jobs }) => {
          left--;
          return jobs.length > 2 ? SUSPECT : replied(400, [refusal('DLI.0002'), YES]);
        },
      },
      { jobs: ['1', '2', '3', '4'] },
    );
    expect(asked).toEqual([
      ['1', '2', '3', '4'],
      ['1', '2'],
    ]);
    expect([...verdicts]).toEqual([
      ['1', 'rejected'],
      ['2', 'delivered'],
      ['3', 'unanswered'],
      ['4', 'unanswered'],
    ]);
    expect(attempts.map(({ info }) => info.attempts)).toEqual([2, 2]);
    // The call was begun.
    expect(lines.map(({ event }) => event)).not.toContain('no time left');
  });

  it('and a request that has to wait for its turn knows until when the rest is enough', async () => {
    const { deadlines } = await carryOut({ remainingMs: () => MS_PER_CALL + 10 }, {});
    expect(theOnly(deadlines).beginBy()).toBe(AT + 10);
  });
});

describe('no request begins for a job that no intent wants any more', () => {
  const until = (ms: number) => ({ expires_at: new Date(AT + ms).toISOString() });

  it.each<[string, readonly Wish[], number]>([
    [
      'of several jobs the first to expire counts',
      [
        { jobs: ['1'], ...until(900) },
        { jobs: ['2'], ...until(500) },
      ],
      500,
    ],
    ['of those who ask for one job the last', [until(500), until(900)], 900],
    ['or one intent wants it for ever', [until(500), {}, { jobs: ['2'], ...until(800) }], 800],
  ])('%s', async (_, wishes, ms) => {
    const { deadlines } = await carryOut({}, ...wishes);
    expect(theOnly(deadlines).beginBy()).toBe(AT + ms - 1);
  });

  it('without a deadline there is none', async () => {
    const { deadlines } = await carryOut({ remainingMs: () => Number.POSITIVE_INFINITY }, {});
    expect(theOnly(deadlines).beginBy()).toBe(Number.POSITIVE_INFINITY);
  });

  it('its jobs stay unanswered then, as where time is short', async () => {
    const { asked, verdicts } = await carryOut(
      { reply: ({ jobs }) => (jobs.length > 1 ? SUSPECT : replied(200, [YES])) },
      { jobs: ['1', '2'], ...until(7) },
    );
    expect(asked).toEqual([['1', '2']]);
    expect([...verdicts.values()]).toEqual(['unanswered', 'unanswered']);
  });
});
