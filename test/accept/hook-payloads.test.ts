import { describe, expect, it } from 'vitest';
import { beginHooks, HOOK_CALLERS } from '../support/hook-room.ts';
import { PROJECT } from '../support/messages.ts';

const wish = (job: unknown = '131') => ({
  operation: 'dli.stop',
  project_id: PROJECT,
  jobs: [job],
});

describe('a small delivery stays small', () => {
  const items = (length: number, item: object = {}) => Array.from({ length }, () => item);
  const callersWith = (intent: object) => [
    { ...HOOK_CALLERS[0], hook: { each: '/items', intent: { ...wish(), ...intent } } },
  ];
  const ids = (length: number) => Array.from({ length }, (_, i) => String(i + 1));
  /** What Lambda sends of a function's answer. */
  const LAMBDA_BYTES = 6 * 1024 * 1024;

  it('all its intents have at most 10,000 jobs, told once at their place', async () => {
    const { post, sent } = beginHooks({ callers: callersWith({ jobs: { body: '/jobs' } }) });
    const deliver = (jobs: number, count: number) =>
      post('alertmanager', { jobs: ids(jobs), items: items(count) });
    const { status, body } = await deliver(1_000, 11);
    expect([status, body.type]).toEqual([422, 'urn:job-fanin:problem:payload-not-mapped']);
    expect(body.errors).toEqual([
      { pointer: '#/jobs', detail: expect.stringMatching(/more than 10000: send fewer/) },
    ]);
    expect(sent).toEqual([]);
    expect((await deliver(1_000, 10)).status).toBe(202);
    expect(sent.flatMap(({ jobs }) => jobs)).toHaveLength(10_000);
  });

  it('the jobs are counted before one is read', async () => {
    const { post } = beginHooks({ callers: callersWith({ jobs: { body: '/jobs' } }) });
    const payload = { jobs: Array(9_999).fill('x'), items: items(500) };
    const { body } = await post('alertmanager', payload);
    expect(body.errors).toEqual([
      { pointer: '#/jobs', detail: expect.stringMatching(/more than/) },
    ]);
  });

  it.each([
    ['of wrong jobs', { jobs: { item: '/ids' } }, items(10, { ids: Array(999).fill('x') })],
    ['of missing values', { jobs: [...'abcd'].map((name) => ({ item: `/${name}` })) }, items(500)],
    ['of long names', { options: { item: '/o' } }, items(9, { o: { ['é'.repeat(9_999)]: 1 } })],
    [
      'of many names',
      { options: { body: '/o' } },
      items(500),
      Object.fromEntries(ids(40_000).map((id) => [id, 1])),
    ],
  ])('its answer is small, whatever its faults: %s', async (_, intent, all, o = {}) => {
    const { post } = beginHooks({ callers: callersWith(intent) });
    const answer = await post('alertmanager', { items: all, o });
    expect(answer.status).toBe(422);
    expect(answer.body.errors.length).toBeLessThanOrEqual(251);
    expect(Buffer.byteLength(JSON.stringify(answer.text))).toBeLessThan(LAMBDA_BYTES / 10);
  });

  it('it says how many faults are left out', async () => {
    const { post } = beginHooks({ callers: callersWith({ jobs: { item: '/ids' } }) });
    const { body } = await post('alertmanager', { items: items(1, { ids: Array(252).fill('x') }) });
    expect(body.errors).toHaveLength(251);
    expect(body.errors[250]).toEqual({
      pointer: '#',
      detail: expect.stringMatching(/^has at least \d more fault/),
    });
  });
});

describe('numbers in a payload count by their value', () => {
  const hook = {
    when: [{ body: '/level', is: 100 }],
    intent: { ...wish(), jobs: [{ body: '/job' }] },
    key: [{ body: '/at' }],
  };
  const callers = [{ ...HOOK_CALLERS[0], hook }];
  const begin = () => {
    const { post, sent } = beginHooks({ callers });
    const deliver = (at: string, level = '100') =>
      post('alertmanager', `{"job":"131","at":${at},"level":${level}}`);
    return { deliver, sent };
  };

  it('different keys are different wishes, and equal ones are one', async () => {
    const { deliver, sent } = begin();
    for (const at of ['1732800000.25', '1732803600.75', '1e3', '1.7328e9', '1.732800001e9'])
      expect((await deliver(at)).status).toBe(202);
    expect(sent).toHaveLength(5);
    for (const at of ['1000', '10.0e2', '1732800000', '1732800000.250'])
      expect((await deliver(at)).status).toBe(202);
    expect(sent).toHaveLength(5);
  });

  it('a condition compares values', async () => {
    const { deliver } = begin();
    for (const level of ['1e2', '100.0', '1000e-1'])
      expect((await deliver('1', level)).status).toBe(202);
    for (const level of ['1e3', '100.00000000000000001', '"100"'])
      expect((await deliver('1', level)).status).toBe(204);
  });

  it('a key that cannot be exact is refused at its place', async () => {
    const { deliver, sent } = begin();
    for (const at of ['0.1234567890123456789', '{"a":[12345678.999999999999]}']) {
      const { status, body } = await deliver(at);
      expect(status).toBe(422);
      expect(body.errors).toEqual([
        { pointer: '#/at', detail: expect.stringMatching(/cannot be read exactly/) },
      ]);
    }
    expect(sent).toEqual([]);
  });

  it('so is a key that is too long', async () => {
    const { deliver } = begin();
    const { body } = await deliver(`"${'x'.repeat(4_096)}"`);
    expect(body.errors).toEqual([
      { pointer: '#/at', detail: expect.stringMatching(/longer than/) },
    ]);
  });
});
