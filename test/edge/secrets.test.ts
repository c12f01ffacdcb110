import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeSecretsManagerSource } from '../../shared/edge/secrets-aws.ts';
import { makeFileSource } from '../../shared/edge/secrets-file.ts';
import { MisconfiguredError } from '../../shared/json/settings.ts';
import { AWS } from '../support/aws.ts';
import { startBareServer } from '../support/bare-server.ts';

const folder = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'secrets-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
};

describe('credentials from a file', () => {
  it('are read at each call', async () => {
    const file = join(await folder(), 'secrets.json');
    const read = makeFileSource(file);
    await writeFile(file, 'one');
    expect(await read()).toBe('one');
    await writeFile(file, 'two €');
    expect(await read()).toBe('two €');
  });

  it('a missing file is a misconfiguration, and so is a folder', async () => {
    const path = await folder();
    for (const bad of [path, join(path, 'none.json')]) {
      const refused = makeFileSource(bad)();
      await expect(refused).rejects.toThrow(MisconfiguredError);
      await expect(refused).rejects.toThrow('UPSTREAM_SECRETS_FILE names a file that');
    }
  });

  it('any other error may pass', async () => {
    const path = join(await folder(), 'secrets.json');
    await writeFile(path, 'x');
    await chmod(path, 0o600);
    const refused = makeFileSource(join(path, 'below'))();
    await expect(refused).rejects.not.toThrow(MisconfiguredError);
  });
});

/** A server that answers like Secrets Manager, for one secret. */
const secretsManager = async (status: number, body: object | string) => {
  const asked: unknown[] = [];
  const endpoint = await startBareServer(async (request, response) => {
    const text = (await request.toArray()).join('');
    asked.push([request.headers['x-amz-target'], JSON.parse(text)]);
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  const client = new SecretsManagerClient({ ...AWS, endpoint, maxAttempts: 1 });
  onTestFinished(() => client.destroy());
  return { asked, read: makeSecretsManagerSource(client, 'fan-in/upstream') };
};

describe('credentials from AWS Secrets Manager', () => {
  it('are the current version of the secret', async () => {
    const { asked, read } = await secretsManager(200, { SecretString: '{"projects":{}}' });
    expect(await read()).toBe('{"projects":{}}');
    expect(asked).toEqual([['secretsmanager.GetSecretValue', { SecretId: 'fan-in/upstream' }]]);
  });

  it('also if it is binary', async () => {
    const { read } = await secretsManager(200, {
      SecretBinary: Buffer.from('{"a":"é"}').toString('base64'),
    });
    expect(await read()).toBe('{"a":"é"}');
  });

  it.each(['ResourceNotFoundException', 'AccessDeniedException'])(
    '%s is a bad setting',
    async (name) => {
      const { read } = await secretsManager(400, { __type: name, Message: 'no' });
      const refused = read();
      await expect(refused).rejects.toThrow(MisconfiguredError);
      await expect(refused).rejects.toThrow('UPSTREAM_SECRET_ID names a secret that');
    },
  );

  it.each([
    [500, { __type: 'InternalServiceError', Message: 'later' }],
    [400, { __type: 'ThrottlingException', Message: 'slowly' }],
    [200, '{"SecretString": "hunter2" and no JSON'],
  ])('any other error may pass, and quotes nothing: %i', async (status, body) => {
    const { read } = await secretsManager(status, body);
    const refused = read();
    await expect(refused).rejects.not.toThrow(MisconfiguredError);
    await expect(refused).rejects.toThrow(/^Secrets Manager: \w+$/);
  });
});
