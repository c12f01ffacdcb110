import Ajv from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isResult, isResultEvent } from '../../clients/typescript/src/index.ts';
import { readJson } from '../support/sources.ts';

const { components } = readJson('docs/asyncapi.json');
const [{ payload: EVENT }] = components.messages.jobControlResult.examples;
const RESULT = EVENT.detail;

const { schemas } = components;
const compiled = (name: string) =>
  new Ajv.default({ strict: false, validateFormats: false }).compile({
    $ref: `#/components/schemas/${name}`,
    components: { schemas },
  });
const bySchema = { Result: compiled('Result'), ResultEvent: compiled('ResultEvent') };

/** Values for any field: good ones of some field, and ones that are good nowhere. */
const anyValue = fc.oneof(
  fc.constantFrom<unknown>(...Object.values(RESULT)),
  fc.constantFrom('rejected', 'superseded', 'expired', 'failed', 'drs.retry', 'observed', 'later'),
  fc.constantFrom<unknown>({ code: 'c', message: 'm' }, { code: 'c' }, { message: 1 }, null, '', 0),
  fc.constantFrom<unknown>(-1, 0.5, [], {}, true),
);

const fields = Object.keys(schemas.Result.properties);

/** Texts may be longer, shorter or of another form than the schema has: the guard tells types, not forms. */
const isOfForm = (value: unknown): boolean =>
  bySchema.Result(value) ||
  !(bySchema.Result.errors ?? []).every(({ keyword }) => /pattern|Length/.test(keyword));

describe('isResult', () => {
  it('is true of what the published schema takes, and of nothing else', () => {
    const changes = fc.dictionary(fc.constantFrom(...fields), anyValue, { maxKeys: 4 });
    const dropped = fc.subarray(fields, { maxLength: 2 });
    fc.assert(
      fc.property(changes, dropped, (change, drop) => {
        const value: Record<string, unknown> = { ...RESULT, ...change };
        for (const field of drop) delete value[field];
        fc.pre(isOfForm(value));
        expect(isResult(value)).toBe(bySchema.Result(value));
      }),
      { numRuns: 3_000 },
    );
  });

  it('is false of what is no object, and of the event around it', () => {
    for (const value of [undefined, null, 1, 'a', [], [RESULT], EVENT])
      expect(isResult(value)).toBe(false);
  });

  it('takes a field that a later release adds', () => {
    expect(isResult({ ...RESULT, later: 1 })).toBe(true);
  });
});

describe('isResultEvent', () => {
  it('is true of the event, and false without any field that it must have', () => {
    expect(isResultEvent(EVENT)).toBe(true);
    for (const field of schemas.ResultEvent.required) {
      const { [field]: _, ...rest } = EVENT;
      expect(isResultEvent(rest)).toBe(false);
    }
  });

  it('is false of another source, another type, and a bare result', () => {
    expect(isResultEvent({ ...EVENT, source: 'aws.s3' })).toBe(false);
    expect(isResultEvent({ ...EVENT, 'detail-type': 'Job Control Intent' })).toBe(false);
    expect(isResultEvent(RESULT)).toBe(false);
  });
});
