import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer as createPlainServer } from 'node:http';
import { createServer } from 'node:https';
import {
  type AddressInfo,
  createServer as createBareServer,
  type Server,
  type Socket,
} from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
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

/** A self-signed certificate. */
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

const BOUNDS = {
  connectTimeoutMs: 25_000,
  headersTimeoutMs: 25_000,
  bodyTimeoutMs: 25_000,
  keepAliveMs: 4_000,
};

/** The reply of a server that listens on a port of its own for one test. */
const sendTo = async (server: Server, host = '127.0.0.1', bounds = {}) => {
  const listening = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', listening.resolve);
  await listening.promise;
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  const dispatcher = makeDispatcher({ ...BOUNDS, ...bounds });
  onTestFinished(async () => {
    await dispatcher.destroy();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return makeExchange(dispatcher, { timeoutMs: 25_000 })({
    method: 'POST',
    url: `https://${host}:${port}/v1.0/p/streaming/jobs/run`,
    headers: { 'x-auth-token': 'MIIC' },
    body: '{}',
  });
};

const unsent = (reason: string | RegExp) => ({
  kind: 'unsent',
  why: 'unreachable',
  reason: expect.stringMatching(reason),
});

describe('a server without a valid certificate gets no request', () => {
  it.each(['', '0'])('with NODE_TLS_REJECT_UNAUTHORIZED=%j nothing is sent', async (value) => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', value);
    onTestFinished(() => void vi.unstubAllEnvs());
    let requests = 0;
    const server = createServer(selfSigned(), (_, response) => {
      requests++;
      response.end('[]');
    });
    expect(await sendTo(server)).toEqual(unsent('self-signed certificate'));
    expect(requests).toBe(0);
  });

  it('also with a certificate for another name', async () => {
    const trusted = getCACertificates('default');
    onTestFinished(() => setDefaultCACertificates(trusted));
    const own = selfSigned();
    setDefaultCACertificates([...trusted, own.cert]);
    let requests = 0;
    const server = createServer(own, () => {
      requests++;
    });
    expect(await sendTo(server, 'localhost')).toEqual(unsent(/does not match|altname/i));
    expect(requests).toBe(0);
  });
});

describe('a failed handshake leaves the request unsent', () => {
  it('a protocol that is too old', async () => {
    const old = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1' } as const;
    const server = createServer({ ...selfSigned(), ...old, ciphers: 'DEFAULT@SECLEVEL=0' });
    expect(await sendTo(server)).toEqual(unsent(/protocol/i));
  });

  it('no common cipher', async () => {
    const server = createServer({
      ...selfSigned(),
      maxVersion: 'TLSv1.2',
      ciphers: 'ECDHE-RSA-AES128-GCM-SHA256',
    });
    expect(await sendTo(server)).toEqual(unsent(/handshake/i));
  });

  it('a server that speaks plain HTTP', async () => {
    expect(await sendTo(createPlainServer((_, response) => response.end('[]')))).toEqual(
      unsent(/wrong version number|packet length/i),
    );
  });

  it('a server that closes during the handshake', async () => {
    const server = createBareServer((socket) => socket.once('data', () => socket.destroy()));
    expect(await sendTo(server)).toEqual(unsent(/./));
  });

  it('a server that says nothing', async () => {
    const server = createBareServer(() => undefined);
    const bounds = { connectTimeoutMs: 200 };
    expect(await sendTo(server, '127.0.0.1', bounds)).toEqual(unsent(/connect timeout/i));
  });
});
