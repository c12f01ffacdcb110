import { createHmac, sign } from 'node:crypto';
import { HOOK_PAIR } from './callers.ts';
import { type Wire, withHeader } from './wire.ts';

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
const signedText = (id: string, at: number, body: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`${id}.${at}.`), body]);

/** Signs a delivery as Standard Webhooks asks: `v1` by the secret, or `v1a` by the pair. `at` is in seconds since 1970. */
export const signAsWebhook = (
  wire: Wire,
  { id, at, secret }: { id: string; at: number; secret: string | undefined },
): Wire => {
  const text = signedText(id, at, wire.body);
  const signature =
    secret === undefined
      ? `v1a,${sign(null, text, HOOK_PAIR.privateKey).toString('base64')}`
      : `v1,${createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'))
          .update(text)
          .digest('base64')}`;
  return withHeader(
    withHeader(withHeader(wire, 'webhook-id', id), 'webhook-timestamp', String(at)),
    'webhook-signature',
    signature,
  );
};

/** Signs a delivery as GitHub does: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
export const signAsGitHub = (wire: Wire, secret: string): Wire =>
  withHeader(
    withHeader(wire, 'X-GitHub-Event', 'deployment'),
    'X-Hub-Signature-256',
    `sha256=${createHmac('sha256', secret).update(wire.body).digest('hex')}`,
  );
