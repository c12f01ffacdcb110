import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beginStack, JSON_TYPE, sendUnproved, type TestStack } from '../support/stack.ts';
import { type SigningKey, signAsVendor } from './sign-as-vendor.ts';

/** The project of the one caller. */
export const OWN = 'project-of-the-bot';
export const KEY: SigningKey = { ak: 'AKBOT', sk: 'secret-of-the-bot' };
export const TEMPORARY: SigningKey = {
  ak: 'AKTEMP',
  sk: 'secret-of-temp',
  security_token: 'token-of-temp',
};

const CALLERS = {
  callers: [
    {
      id: 'bot',
      proofs: [
        { kind: 'vendor-key', access_key: KEY.ak, secret_key: KEY.sk },
        {
          kind: 'vendor-key',
          access_key: TEMPORARY.ak,
          secret_key: TEMPORARY.sk,
          security_token: TEMPORARY.security_token,
        },
      ],
      grants: [{ projects: [OWN], operations: ['dli.run', 'dli.stop', 'drs.start'] }],
    },
  ],
};

/** A stack whose one caller, `bot`, proves itself by a key pair and by a temporary one. */
export const beginVendorStack = async (): Promise<TestStack> => {
  const folder = mkdtempSync(join(tmpdir(), 'vendor-clients-'));
  const file = join(folder, 'callers.json');
  writeFileSync(file, JSON.stringify(CALLERS));
  const settings = { CALLERS_FILE: file, BATCH_SIZE: '10', BATCH_WINDOW_SECONDS: '0' };
  const stack = await beginStack(settings);
  return {
    ...stack,
    stop: async () => {
      await stack.stop();
      rmSync(folder, { recursive: true });
    },
  };
};

/** Sends a request that is signed by the vendor's signer, and changed then. */
export const sendSigned = async (
  stack: TestStack,
  path: string,
  body: unknown,
  change: (headers: Record<string, string>) => Record<string, string> = (headers) => headers,
  { key = KEY, sentPath = path, sent = JSON.stringify(body) } = {},
) => {
  const url = stack.url + path;
  const headers = signAsVendor(key, { method: 'POST', url, body, at: Date.now() });
  return sendUnproved(stack.url + sentPath, sent, change({ ...JSON_TYPE, ...headers }));
};
