import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readVendorRequest } from '../../shared/intent/vendor-request.ts';
import { parseJson } from '../../shared/json/json.ts';
import { operations } from '../../shared/operations/index.ts';
import { distinct } from '../../shared/operations/job-list.ts';
import { type Job, jobIdOf, type Operation, pathFor } from '../../shared/operations/operation.ts';
import type { Verdict } from '../../shared/reply/verdict.ts';
import { FIXTURES, fixtureOf, plainJob } from '../support/fixtures.ts';
import { intentOf, PROJECT } from '../support/messages.ts';
import { replied } from '../support/replies.ts';

/** A verdict in a few words: `delivered keyed`, `rejected aggregate DLI.0001`, `unanswered`. */
const inWords = (verdict: Verdict): string => {
  switch (verdict.kind) {
    case 'delivered':
      return `delivered ${verdict.evidence}`;
    case 'rejected':
      return `rejected ${verdict.evidence} ${verdict.error.code}`;
    case 'unanswered':
      return 'unanswered';
  }
};

const jobsOf = (row: Operation, ids: readonly string[]): readonly Job[] =>
  intentOf({ operation: row.name, jobs: ids.map((id) => plainJob(row.name, id)) }).jobs;

/** What the vendor's route makes of a request's text. */
const requestOf = (row: Operation, text: string) => {
  const parsed = parseJson(text);
  const reading = readVendorRequest(row, PROJECT, parsed.ok ? parsed.value : undefined);
  if (!reading.ok) throw new Error(JSON.stringify(reading.faults));
  return reading.request;
};

describe('every fixture belongs to an operation', () => {
  it('by its name', () => {
    expect(readdirSync(FIXTURES).toSorted()).toEqual(
      operations.map(({ name }) => `${name}.json`).toSorted(),
    );
  });
});

describe.each(operations)('$name', (row) => {
  const fixture = fixtureOf(row.name);

  it('has a fixture', () => {
    expect(fixture, `test/contract/fixtures/${row.name}.json`).toBeDefined();
  });

  it("stands at the vendor's path", () => {
    const { method, path }: { method: string; path: string } = row;
    expect({ method, path }).toEqual({ method: fixture?.method, path: fixture?.path });
    const { project_id } = intentOf({});
    expect(pathFor(row, project_id)).toBe(fixture?.path.replace('{project_id}', PROJECT));
  });

  describe.each(fixture?.requests ?? [])('request: $title', ({ text, draft, encoded, answers }) => {
    it('is read for what it says', () => {
      expect(requestOf(row, text)).toEqual({ operation: row.name, project_id: PROJECT, ...draft });
    });

    it('goes upstream to the letter, each job once', () => {
      const read = requestOf(row, text);
      expect(row.encode(distinct(read.jobs), read.options)).toBe(encoded);
    });

    it.each(answers)(
      'is answered in the words of the vendor, $language',
      ({ language, status, body }) => {
        const answer = row.answer(requestOf(row, text).jobs, language);
        expect({ status: answer.status, body: answer.body }).toEqual({ status, body });
        expect(answer.contentType ?? 'application/json').toBe('application/json');
      },
    );
  });

  it('an answer with refused jobs is read as such', () => {
    const jobs = jobsOf(row, ['1', '2', '3']);
    const ids = jobs.map(jobIdOf);
    const refusal = { code: 'UP.1', message: 'words' };
    const { status, body } = row.answer(jobs, 'en-us', (id) =>
      id === ids[1] ? refusal : undefined,
    );
    const { verdicts } = row.decode(ids, replied(status, body));
    expect(verdicts.map(({ kind }) => kind)).toEqual(['delivered', 'rejected', 'delivered']);
    expect(verdicts[1]).toMatchObject({ error: refusal });
  });

  describe.each(fixture?.replies ?? [])(
    'reply: $title',
    ({ asked, status, body, verdicts, suspect }) => {
      it(`at ${[status].flat().join(', ')}: ${[...new Set(verdicts)].join(', ')}`, () => {
        const ids = jobsOf(row, asked).map(jobIdOf);
        for (const code of [status].flat()) {
          const reading = row.decode(ids, replied(code, body));
          expect(reading.verdicts.map(inWords)).toEqual(verdicts);
          expect(reading.suspect).toBe(suspect ?? false);
        }
      });
    },
  );

  describe.each(fixture?.looks ?? [])('look: $title', ({ asked, status, body, tells }) => {
    it(`tells ${[...new Set(Object.values(tells))].join(', ')}`, () => {
      const jobs = jobsOf(row, asked);
      for (const code of [status].flat()) {
        const told = row.look.decode(jobs.map(jobIdOf), replied(code, body));
        const seen = jobs.flatMap((job) => {
          const sighting = told.get(jobIdOf(job));
          return sighting ? [[jobIdOf(job), row.effectOf(sighting, 0, job)] as const] : [];
        });
        expect(Object.fromEntries(seen)).toEqual(tells);
        expect(told.size).toBe(seen.length);
      }
    });
  });
});
