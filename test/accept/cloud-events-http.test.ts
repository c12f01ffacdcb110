import { describe, expect, it } from 'vitest';
import { timeOf } from '../../shared/intent/intent.ts';
import { beginRoutes, NATIVE, RUN } from '../support/accept-routes.ts';
import { cloudEventOf, WISH } from '../support/cloud-events.ts';
import { JSON_TYPE } from '../support/http-events.ts';
import { idAt, NOW } from '../support/messages.ts';

const STRUCTURED = { 'content-type': 'application/cloudevents+json; charset=utf-8' };

const BINARY = {
  ...JSON_TYPE,
  'CE-SpecVersion': '1.0',
  'ce-type': 'com.example.someevent',
  'ce-source': '/mycontext',
  'ce-id': 'C234-1234-1234',
};

const HOUR = 3_600_000;
const at = (ms: number) => new Date(Date.parse(NOW) + ms).toISOString();

type Post = Parameters<ReturnType<typeof beginRoutes>['post']>;

const structured = (event: object, headers: Record<string, string> = STRUCTURED): Post => [
  NATIVE,
  JSON.stringify(event),
  { headers },
];
const binary = (headers: object = {}, body: object = WISH): Post => [
  NATIVE,
  JSON.stringify(body),
  { headers: { ...BINARY, ...headers } },
];

describe('POST /v1/intents takes CloudEvents', () => {
  it.each([
    ['structured', structured(cloudEventOf())],
    ['binary', binary()],
  ])('%s: the intent is its data, and the answer is a receipt', async (_, sent) => {
    const { post, queued } = beginRoutes();
    const answer = await post(...sent);
    expect(answer.status).toBe(202);
    expect(queued()).toMatchObject([{ ...WISH, caller: 'caller', event_id: 'C234-1234-1234' }]);
    expect(answer.body.intent_id).toBe(queued()[0]?.intent_id);
    expect(answer.headers['x-intent-id']).toBe(idAt(11));
  });

  it('its source and id are its idempotency key, in either mode: a repeat answers as before', async () => {
    const { post, queued } = beginRoutes();
    const first = await post(...structured(cloudEventOf()));
    const more = { subject: 'again', time: at(-1_000) };
    for (const sent of [binary(), structured(cloudEventOf(WISH, more))])
      expect((await post(...sent)).body).toEqual(first.body);
    expect(queued()).toHaveLength(1);
  });

  it('another id, source or intent is another wish, with another key for the control loop', async () => {
    const { post, queued } = beginRoutes();
    await post(...binary());
    await post(...binary({ 'ce-id': 'x' }));
    await post(...binary({ 'ce-source': '/other' }));
    await post(...binary({}, { ...WISH, jobs: ['132'] }));
    expect(new Set(queued().map(({ key }) => key)).size).toBe(4);
  });

  it('while the ledger is down, a repeat has the same key', async () => {
    const down = { read: async () => undefined, write: async () => 'unknown' as const };
    const { post, queued } = beginRoutes(undefined, undefined, undefined, down);
    for (const sent of [structured(cloudEventOf()), binary()]) await post(...sent);
    const [first, again] = queued().map(({ key }) => key);
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(again).toBe(first);
  });

  it.each([
    ['structured', structured(cloudEventOf(WISH, { time: at(-HOUR - 7), sequence: '5' }))],
    ['binary', binary({ 'ce-time': at(-HOUR - 7), 'ce-sequence': '5' })],
  ])('%s: a late one is as old as its time; its sequence orders', async (_, sent) => {
    const { post, queued } = beginRoutes();
    const answer = await post(...sent);
    const [intent] = queued();
    expect(timeOf(answer.body.intent_id)).toBe(Date.parse(NOW) - HOUR - 7);
    expect(answer.headers['x-intent-id']).toBe(intent?.intent_id);
    expect(intent).toMatchObject({
      accepted_at: NOW,
      expires_at: at(5 * HOUR - 7),
      sequence: `n${'5'.padStart(20, '0')}`,
    });
  });

  it('in structured mode the body counts, not the headers', async () => {
    const { post, queued } = beginRoutes();
    const headers = { ...BINARY, ...STRUCTURED, 'ce-id': 'other' };
    expect((await post(...structured(cloudEventOf(), headers))).status).toBe(202);
    expect(queued()).toMatchObject([{ event_id: 'C234-1234-1234' }]);
  });

  it.each([
    [structured(cloudEventOf(WISH, { id: '' })), ['#/id']],
    [structured(cloudEventOf({ ...WISH, jobs: ['x'] })), ['#/data/jobs/0']],
    [structured(WISH), ['#/specversion', '#/id', '#/source', '#/type', '#/data']],
    [structured([] as never), ['#/specversion', '#/id', '#/source', '#/type', '#/data']],
    [binary({ 'ce-id': '' }), ['header ce-id']],
    [binary({ 'CE-SpecVersion': '0.3' }), ['header ce-specversion']],
    [binary({}, { ...WISH, jobs: ['x'] }), ['#/jobs/0']],
  ])('400 names every fault: %#', async (sent, pointers) => {
    const { post, sent: messages } = beginRoutes();
    const { status, body } = await post(...sent);
    expect(status).toBe(400);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers);
    expect(messages).toEqual([]);
  });

  it('415 for a batch, with words', async () => {
    const { post } = beginRoutes();
    const headers = { 'content-type': 'application/cloudevents-batch+json' };
    const { status, body } = await post(NATIVE, [cloudEventOf()], { headers });
    expect(status).toBe(415);
    expect(body.detail).toMatch(/Batches of CloudEvents/);
    const other = { headers: { 'content-type': 'application/cloudevents+avro' } };
    expect((await post(NATIVE, '{}', other)).status).toBe(415);
  });

  it('the vendor’s routes do not read such headers', async () => {
    const { post, queued } = beginRoutes();
    await post(RUN, { job_ids: [1] }, { headers: { ...BINARY, 'ce-id': '' } });
    expect(queued()[0]).not.toHaveProperty('event_id');
  });
});
