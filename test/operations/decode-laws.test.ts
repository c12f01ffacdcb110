import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { operations } from '../../shared/operations/index.ts';
import { jobIdOf, type Operation, type OperationName } from '../../shared/operations/operation.ts';
import type { Reading } from '../../shared/reply/correlate.ts';
import type { Reply } from '../../shared/reply/reply.ts';
import type { Verdict } from '../../shared/reply/verdict.ts';
import { plainJob, statusesFor } from '../support/fixtures.ts';
import { intentOf } from '../support/messages.ts';
import { askedOf, replied, reply } from '../support/replies.ts';

interface Exchange {
  readonly asked: readonly string[];
  readonly reply: Reply;
  readonly reading: Reading;
}

const exchangeWith = (operation: Operation, asked: readonly string[], answer: Reply): Exchange => {
  const jobs = asked.map((id) => plainJob(operation.name, id));
  const ids = intentOf({ operation: operation.name, jobs }).jobs.map(jobIdOf);
  return { asked, reply: answer, reading: operation.decode(ids, answer) };
};

const exchange = (operation: Operation): fc.Arbitrary<Exchange> =>
  askedOf(operation.name).chain((asked) =>
    reply(asked).map((answer) => exchangeWith(operation, asked, answer)),
  );

const kindsOf = ({ reading }: Exchange) => reading.verdicts.map(({ kind }) => kind);
/** A word for success in a reply of the service: not silence, and no server in trouble. */
const saysSuccess = (answer: Reply): boolean =>
  answer.kind === 'replied' &&
  answer.status < 500 &&
  /true|success/i.test(JSON.stringify(answer.body));

/** The service's codes for a job that does not exist: after a delete that is success too. */
const saysGone = (name: OperationName, answer: Reply): boolean =>
  statusesFor(name).get('missing')?.has('there') === true &&
  answer.kind === 'replied' &&
  /DLI\.(0002|0023|16001|12004)|DRS\.M(00289|05003|05004)/.test(JSON.stringify(answer.body));

const faultIn = (verdict: Verdict): string | undefined => {
  switch (verdict.kind) {
    case 'delivered':
      return ['keyed', 'positional', 'aggregate'].includes(verdict.evidence)
        ? undefined
        : 'evidence';
    case 'rejected':
      return typeof verdict.error.code === 'string' && typeof verdict.error.message === 'string'
        ? undefined
        : 'error';
    case 'unanswered':
      return verdict.reason === '' ? 'reason' : undefined;
  }
};

const RUNS = { numRuns: 500 };

describe.each(operations)('any reply to $name answers every asked job once', (operation) => {
  it('whatever it is, never throwing, and absence is never success', () => {
    fc.assert(
      fc.property(exchange(operation), (said) => {
        const { verdicts } = said.reading;
        expect(verdicts).toHaveLength(said.asked.length);
        for (const verdict of verdicts) expect(faultIn(verdict)).toBeUndefined();
        if (!saysSuccess(said.reply) && !saysGone(operation.name, said.reply))
          expect(kindsOf(said)).not.toContain('delivered');
        if (!said.reading.suspect) return;
        // One and the same for all; beside a status of success none at all before a look.
        const inWords = (one: Verdict) =>
          one.kind === 'unanswered' ? one.kind : `${one.kind} ${one.evidence}`;
        const told = new Set(verdicts.map(inWords));
        expect([['rejected aggregate'], ['unanswered']]).toContainEqual([...told]);
      }),
      RUNS,
    );
  });

  it('silence answers nobody', () => {
    const said = exchangeWith(operation, ['1', '2'], { kind: 'silent', reason: 'timeout' });
    expect(said.reading).toEqual({
      verdicts: Array(2).fill({ kind: 'unanswered', served: 'maybe yet', reason: 'timeout' }),
      suspect: false,
    });
  });

  it.each([
    ['nothing', ''],
    ['HTML', '<html><body>502 Bad Gateway success true</body></html>'],
    ['a number', '7'],
    ['null', 'null'],
    ['true', 'true'],
    ['an empty list', '[]'],
    ['an empty object', '{}'],
    ['a __proto__', '{"__proto__":{"is_success":"true"}}'],
    ['deep nesting', `${'['.repeat(100_000)}1234567890123456789${']'.repeat(100_000)}`],
  ])('%s answers nobody, at any status', (_, text) => {
    for (const status of [200, 202, 204, 400, 404, 500]) {
      const said = exchangeWith(operation, ['1', '2'], replied(status, text));
      expect(kindsOf(said)).toEqual(['unanswered', 'unanswered']);
      expect(said.reading.suspect).toBe(false);
    }
  });
});
