import { readFileSync } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { asProblemDetails, asVendorError, problemOf } from '../../shared/accept/problem.ts';
import { PHRASES, PROBLEM_TYPES, typeUri } from '../../shared/accept/problem-types.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/problems.md'), 'utf8');

/** Sections that are named as types are: one word in lower case. */
const sections = [...page.matchAll(/^## ([a-z-]+)$/gm)].map(([, name = '']) => name);

const types = Object.keys(PROBLEM_TYPES);

/** What a section says, up to the next one. */
const textOf = (section: string): string =>
  page.split(`\n## ${section}\n`)[1]?.split('\n## ')[0] ?? '';

describe('each type of problem has its section in docs/problems.md', () => {
  it('and no section is left over', () => {
    expect(sections).toEqual(types);
  });

  it.each(Object.entries(PROBLEM_TYPES))('%s: the section has its status', (type, { status }) => {
    expect(textOf(type).trim()).toMatch(new RegExp(`^\\*\\*${status}\\.\\*\\*`));
  });

  it('the table has the vendor’s codes as they are answered', () => {
    for (const type of ['invalid-request', 'body-too-large', 'body-not-json'] as const) {
      const problem = problemOf(type, 'd');
      const [dli, drs] = (['dli', 'drs'] as const).map(
        (service) => asVendorError(problem, service).body,
      );
      const codes = [dli, drs].map((body) => `\`${Reflect.get(Object(body), 'error_code')}\``);
      expect(page).toContain(`| ${problem.status} | [${type}](#${type}) | ${codes.join(' | ')} |`);
    }
  });
});

describe('the HTTP phrase is the title of about:blank alone', () => {
  it('where the status says all', () => {
    for (const [status, phrase] of Object.entries(PHRASES))
      expect(phrase).toBe(STATUS_CODES[status]);
  });

  it('a type of its own has a title of its own', () => {
    for (const { status, title } of Object.values(PROBLEM_TYPES))
      expect(title).not.toBe(STATUS_CODES[status]);
  });

  it('and a URI of its own', () => {
    const { body } = asProblemDetails(problemOf('queue-unavailable', 'd'), 'urn:uuid:1');
    expect(body).toMatchObject({ type: 'urn:job-fanin:problem:queue-unavailable' });
    expect(typeUri(undefined)).toBe('about:blank');
  });
});
