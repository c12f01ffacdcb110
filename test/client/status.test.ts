import { describe, expect, it } from 'vitest';
import { ProblemError, UnansweredError } from '../../clients/typescript/src/index.ts';
import { type Reply, startClient } from '../support/client-server.ts';

const ID = '019bd2a1-7f00-7000-8000-000000000000';

const told = (status: string): Reply => ({ status: 200, body: { intent_id: ID, status } });

const SETTLED = told('settled');

describe('the status of an intent', () => {
  it('is asked for once, without a key', async () => {
    const { client, requests } = await startClient([told('in_progress')]);
    expect(await client.status(ID)).toEqual({ intent_id: ID, status: 'in_progress' });
    expect(requests).toMatchObject([{ method: 'GET', url: `/v1/intents/${ID}`, text: '' }]);
    expect(requests[0]?.headers).not.toHaveProperty('idempotency-key');
  });

  it('is asked for again after what may pass', async () => {
    const { client, requests } = await startClient([{ status: 503 }, SETTLED]);
    expect(await client.status(ID)).toMatchObject({ status: 'settled' });
    expect(requests).toHaveLength(2);
  });

  it('of an intent that there is not is a problem', async () => {
    const { client } = await startClient([{ status: 404 }]);
    await expect(client.status(ID)).rejects.toBeInstanceOf(ProblemError);
  });

  it.each(['', '..', '../x', 'a/b', `${ID}?wait=1`])(
    'is not asked for by the id %j',
    async (id) => {
      const { client, requests } = await startClient([SETTLED]);
      await expect(client.status(id)).rejects.toBeInstanceOf(TypeError);
      await expect(client.settled(id)).rejects.toBeInstanceOf(TypeError);
      expect(requests).toEqual([]);
    },
  );
});

describe('waiting for an intent', () => {
  it('lets the service hold the answer', async () => {
    const { client, requests } = await startClient([SETTLED]);
    expect(await client.settled(ID)).toMatchObject({ status: 'settled' });
    expect(requests).toMatchObject([{ url: `/v1/intents/${ID}?wait=20` }]);
  });

  it('asks until it is settled', async () => {
    const { client, requests } = await startClient([told('queued'), { status: 503 }, SETTLED]);
    expect(await client.settled(ID)).toMatchObject({ status: 'settled' });
    expect(requests).toHaveLength(3);
  });

  it('ends at its deadline, and asks the service to wait no longer than that', async () => {
    const { client, requests } = await startClient([told('in_progress')]);
    const ended = client.settled(ID, { deadlineMs: 2_900 });
    await expect(ended).rejects.toBeInstanceOf(UnansweredError);
    await expect(ended).rejects.toMatchObject({
      cause: { message: 'The intent is in_progress at the deadline' },
    });
    expect(requests.map(({ url }) => url)).toEqual([
      `/v1/intents/${ID}?wait=2`,
      `/v1/intents/${ID}?wait=1`,
      `/v1/intents/${ID}`,
    ]);
  });

  it('ends with the reason of its signal', async () => {
    const { client } = await startClient([told('queued')]);
    const reason = new Error('enough');
    const controller = new AbortController();
    const ended = client.settled(ID, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 50);
    await expect(ended).rejects.toBe(reason);
  });
});
