import { describe, expect, it } from 'vitest';
import { acceptAsDone } from '../../shared/operations/accept-as-done.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import type { Verdict } from '../../shared/reply/verdict.ts';
import { intentOf } from '../support/messages.ts';
import { replied } from '../support/replies.ts';

const refused = (code: string): Verdict => ({
  kind: 'rejected',
  evidence: 'keyed',
  error: { code, message: 'words' },
  doubtful: false,
});
const DONE: Verdict = { kind: 'delivered', evidence: 'keyed' };
const SILENT: Verdict = { kind: 'unanswered', served: 'maybe', reason: 'timeout' };

const read = (
  verdicts: readonly Verdict[],
  suspect: boolean,
  codes: readonly string[] = ['GONE'],
) => {
  const asked = intentOf({ jobs: verdicts.map((_, i) => `${i}`) }).jobs.map(jobIdOf);
  return acceptAsDone(codes, () => ({ verdicts, suspect }))(asked, replied(200, {}));
};

describe('a refusal that says that the job is where it is to be', () => {
  it('is success, job by job; all else stays', () => {
    const verdicts = [refused('GONE'), refused('BUSY'), SILENT, DONE];
    expect(read(verdicts, false)).toEqual({
      verdicts: [DONE, refused('BUSY'), SILENT, DONE],
      suspect: false,
    });
  });

  it('of a whole call it counts if that was for one job', () => {
    expect(read([refused('GONE')], true)).toEqual({ verdicts: [DONE], suspect: false });
    const both = [refused('GONE'), refused('GONE')];
    expect(read(both, true)).toEqual({ verdicts: both, suspect: true });
  });

  it('by other codes nothing is success, and a suspicion stays', () => {
    for (const codes of [[], ['OTHER']])
      expect(read([refused('GONE')], true, codes)).toEqual({
        verdicts: [refused('GONE')],
        suspect: true,
      });
  });
});
