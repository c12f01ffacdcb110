import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { makeDispatcher, makeExchange } from '../../shared/edge/upstream.ts';

/** One element of ASN.1 in DER. */
const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};
const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
const time = (text: string) => der(0x17, Buffer.from(text));

/** A certificate that nobody but its own key vouches for. */
const selfSigned = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaWithSha256 = sequence(Buffer.from('06082a8648ce3d040302', 'hex'));
  const commonName = Buffer.from('0603550403', 'hex');
  const name = sequence(der(0x31, sequence(commonName, der(0x0c, Buffer.from('127.0.0.1')))));
  const content = sequence(
    der(0xa0, der(2, Buffer.from([2]))),
    der(2, Buffer.from([1])),
    ecdsaWithSha256,
    name,
    sequence(time('200101000000Z'), time('491231235959Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = der(3, Buffer.from([0]), sign('sha256', content, privateKey));
  const base64 = sequence(content, ecdsaWithSha256, signature).toString('base64');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    cert: `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  };
};

describe('nobody is spoken to who cannot prove who they are', () => {
  it.each(['', '0'])('with NODE_TLS_REJECT_UNAUTHORIZED=%j nothing is sent', async (value) => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', value);
    let requests = 0;
    const server = createServer(selfSigned(), (_, response) => {
      requests++;
      response.end('[]');
    });
    const listening = Promise.withResolvers<void>();
    server.listen(0, '127.0.0.1', listening.resolve);
    await listening.promise;
    const dispatcher = makeDispatcher({
      connectTimeoutMs: 25_000,
      headersTimeoutMs: 25_000,
      bodyTimeoutMs: 25_000,
      keepAliveMs: 4_000,
    });
    onTestFinished(async () => {
      vi.unstubAllEnvs();
      await dispatcher.destroy();
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const reply = await makeExchange(dispatcher, { timeoutMs: 25_000 })({
      method: 'POST',
      url: `https://127.0.0.1:${port}/v1.0/p/streaming/jobs/run`,
      headers: { 'x-auth-token': 'MIIC' },
      body: '{}',
    });
    expect(reply).toEqual({
      kind: 'silent',
      unsent: true,
      reason: expect.stringContaining('self-signed certificate'),
    });
    expect(requests).toBe(0);
  });
});
