import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCredentials } from '../../shared/upstream/credentials.ts';

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../docs/credentials.schema.json'), 'utf8'),
);
const isBySchema = new Ajv.default({ strict: true, strictRequired: false }).compile(schema);

const field = fc.constantFrom(
  ...['projects', 'endpoints', 'ak', 'sk', 'security_token', 'user', 'password', 'domain'],
  ...['dli', 'drs', 'iam', '*', 'p1', 'a b'],
);
const SECRET = 'S3cr';
const leaf = fc.oneof(
  fc.constantFrom(null, true, 7, '', 'https://dli.example.com'),
  fc.string().map((text) => SECRET + text),
  fc.stringMatching(/^[!-~]{1,20}$/).map((text) => SECRET + text),
);
const entry = fc.oneof(
  fc.dictionary(field, leaf),
  fc.record(
    { ak: leaf, sk: leaf, security_token: leaf, endpoints: fc.dictionary(field, leaf) },
    {
      requiredKeys: ['ak', 'sk'],
    },
  ),
  fc.record({ user: leaf, password: leaf, domain: leaf }),
);
const secrets = fc.oneof(
  { weight: 5, arbitrary: fc.record({ projects: fc.dictionary(field, entry) }) },
  fc.dictionary(field, fc.oneof(leaf, entry)),
);

describe('laws', () => {
  it('reader and schema agree', () => {
    let taken = 0;
    fc.assert(
      fc.property(secrets, (secret) => {
        const { ok } = readCredentials(JSON.stringify(secret));
        if (ok) taken++;
        expect(ok).toBe(isBySchema(secret));
      }),
      { numRuns: 1_000 },
    );
    expect(taken).toBeGreaterThan(0);
  });

  it('no fault shows a value, nor the name of a field that is not known', () => {
    const misplaced = fc.dictionary(
      fc.string().map((text) => SECRET + text),
      leaf,
    );
    const wild = fc.record({ projects: fc.dictionary(field, fc.oneof(entry, misplaced)) });
    fc.assert(
      fc.property(fc.oneof(secrets, wild, misplaced), fc.nat(20), (secret, cut) => {
        const text = JSON.stringify(secret);
        for (const some of [text, text.slice(0, -cut)]) {
          const read = readCredentials(some);
          expect(read.ok ? '' : read.problems.join()).not.toContain(SECRET);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
