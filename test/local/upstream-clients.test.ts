import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { startUpstream } from '../../local/upstream/simulator.ts';
import { dateOf, KEYS, RECORDS, type SignedRecord } from '../callers/signed-requests.ts';

const sendTo = async (base: string, { method, url, headers, body }: SignedRecord) => {
  const { hostname, port } = new URL(base);
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path: url, headers }, (reply) => {
      text(reply).then((body) => resolve({ status: reply.statusCode, body }), reject);
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
};

it('over the wire all of them are let in, and no key is any nearer to a lock', async () => {
  let now = 0;
  const upstream = await startUpstream({ now: () => now, accounts: { keys: KEYS } });
  onTestFinished(upstream.stop);
  for (const record of RECORDS) {
    now = dateOf(record);
    const { status } = await sendTo(upstream.url, record);
    expect([record.url, status]).toEqual([record.url, record.status]);
  }
  expect(upstream.refusals).toEqual([]);
  expect(upstream.accounts()).toMatchObject(
    KEYS.map(({ ak }) => ({ ak, badSignatures: 0, locked: false })),
  );
});
