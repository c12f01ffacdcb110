import { expect } from 'vitest';
import { operations } from '../../shared/operations/index.ts';
import type { Operation } from '../../shared/operations/operation.ts';
import { contractOf } from './fixtures.ts';
import type { Answer } from './stack.ts';
import { INTENTS_PATH } from './vendor.ts';

/** One of the ways in over HTTP, and how it speaks. */
export interface EntryRoute {
  readonly name: string;
  readonly method: Operation['method'];
  readonly path: string;
  /** A body whose list of jobs is this JSON text. */
  readonly listing: (list: string) => string;
  /** Items of a list that are good here. */
  readonly good: (count: number) => readonly string[];
  /** Items of a list that are bad here. */
  readonly bad: readonly string[];
  /** Bodies that are bad here alone. */
  readonly badBodies: readonly string[];
  readonly expectRefusal: (answer: Answer) => void;
}

const PROJECT = '054ba152d480d55b2f5dc0069e7ddef0';

const vendorError = (codes: RegExp) => (answer: Answer) => {
  expect(answer.type).toBe('application/json');
  expect(JSON.parse(answer.text)).toStrictEqual({
    error_code: expect.stringMatching(codes),
    error_msg: expect.stringMatching(/\S/),
  });
};

/** RFC 9457, with every fault under `errors` where it was the body that was wrong. */
const problemDetails = (answer: Answer) => {
  expect(answer.type).toBe('application/problem+json');
  const { errors = [], ...problem } = JSON.parse(answer.text);
  expect(problem).toStrictEqual({
    type: expect.stringMatching(/^(about:blank|urn:job-fanin:problem:[a-z-]+)$/),
    status: answer.status,
    title: expect.stringMatching(/\S/),
    detail: expect.stringMatching(/\S/),
    instance: `urn:uuid:${answer.intentId}`,
  });
  for (const error of errors) {
    expect(error).toStrictEqual({
      pointer: expect.stringMatching(/^#/),
      detail: expect.stringMatching(/\S/),
    });
  }
};

const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(1_000 + i));

const BAD_NUMBERS = [
  '-1',
  '-9223372036854775808',
  '1.5',
  '9223372036854775808',
  '99999999999999999999999999',
  '1e400',
  // As doubles these are 12345679, 1 and 0: other people's jobs.
  '12345678.999999999999',
  '1.00000000000000000001',
  '1e-400',
  'null',
  'true',
  '[131]',
  '{}',
  '""',
  '"0131"',
  '"+1"',
  '"-1"',
  '"1.0"',
  '" 131"',
  '"9223372036854775808"',
  '"../1"',
  '"١٣١"',
];

const task = (id: string): string => `{"job_id":${id}}`;

/** What no operation of DRS takes for a task. */
const BAD_TASKS = [
  'null',
  '131',
  '"a"',
  '[]',
  '{}',
  ...['131', 'null', '""', '"a b"', '"a/b"', '".."', '"ü"', `"${'a'.repeat(65)}"`].map(task),
  '{"job_id":"a","speed":9}',
];

/** The drop-in route of an operation, at the vendor's path. */
const dropIn = ({ name, service, method, path }: Operation): EntryRoute => {
  const { samples, refused } = contractOf(name);
  const common = { name, method, path: path.replace('{project_id}', PROJECT) };
  if (service === 'dli')
    return {
      ...common,
      listing: (list) => `{"job_ids":${list}}`,
      good: numbers,
      bad: [...BAD_NUMBERS, '{"job_id":131}', ...refused.jobs],
      badBodies: [
        ...refused.bodies,
        '{"job_ids":[131],"constructor":{"prototype":{"polluted":true}}}',
      ],
      expectRefusal: vendorError(/^(DLI\.0001|APIGW\.0\d{3})$/),
    };
  return {
    ...common,
    listing: (list) => `{"jobs":${list}}`,
    good: (count) =>
      numbers(count).map((n) => {
        const job_id = `9a470239-2308-4bb5-a6bc-${n.padStart(12, '0')}`;
        return JSON.stringify({ job_id, ...samples.jobs.at(-1) });
      }),
    bad: [...BAD_TASKS, ...refused.jobs],
    badBodies: ['{"jobs":[{"job_id":"a"}],"options":{}}', ...refused.bodies],
    expectRefusal: vendorError(/^(DRS\.M00202|APIGW\.0\d{3})$/),
  };
};

/** The drop-in route of every operation, and the native one. */
export const ENTRY_ROUTES: readonly EntryRoute[] = [
  ...operations.map(dropIn),
  {
    name: 'native',
    method: 'POST',
    path: INTENTS_PATH,
    listing: (list) => `{"operation":"dli.run","project_id":"${PROJECT}","jobs":${list}}`,
    good: numbers,
    bad: [...BAD_NUMBERS, '{"job_id":131,"start_time":"1"}', '{"job_id":-1}'],
    badBodies: [
      '{"operation":"dli.list","project_id":"p","jobs":["1"]}',
      '{"operation":"toString","project_id":"p","jobs":["1"]}',
      '{"operation":["dli.run"],"project_id":"p","jobs":["1"]}',
      ...['""', '"a/b"', '".."', '"a.b"', '5', `"${'a'.repeat(65)}"`].map(
        (project) => `{"operation":"dli.run","project_id":${project},"jobs":["1"]}`,
      ),
      ...[
        '"options":{"trigger_savepoint":true}',
        '"options":{"resume_savepoint":"true"}',
        '"options":{"constructor":true}',
        '"options":[]',
        '"unknown":1',
        '"constructor":{"prototype":{"polluted":true}}',
        '"toString":1',
        '"\\ud800":1',
        '"intent_id":"01890a5d-ac96-774b-bcce-000000000001"',
        '"expires_at":"2001-01-01T00:00:00Z"',
        '"expires_at":"2099-02-30T00:00:00Z"',
        '"expires_at":4102444800',
        '"correlation_id":""',
        '"correlation_id":"ü"',
      ].map((field) => `{"operation":"dli.run","project_id":"p","jobs":["1"],${field}}`),
    ],
    expectRefusal: problemDetails,
  },
];

/** A refusal is the caller's fault, told in the route's own words, under an intent id. */
export const expectRefused = (route: Pick<EntryRoute, 'expectRefusal'>, answer: Answer): void => {
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(answer.intentId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  route.expectRefusal(answer);
};

/** A call that the vendor has and we do not, told in the vendor's shape by a code that none of its clients knows. */
export const expectNotOffered = (answer: Answer): void => {
  expect(answer.status).toBe(501);
  expect(answer.intentId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  vendorError(/^JOBFANIN\.0501$/)(answer);
};
