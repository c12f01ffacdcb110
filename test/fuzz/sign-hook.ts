import { createHmac, sign } from 'node:crypto';
import { HOOK_PAIR } from './callers.ts';
import { type Wire, withHeader } from './wire.ts';

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
const signedText = (id: string, at: number, body: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`${id}.${at}.`), body]);

export interface Delivery {
  readonly id: string;
  /** Seconds since 1970. */
  readonly at: number;
  /** Undefined: it is signed by the pair. */
  readonly secret: string | undefined;
  readonly family: 'webhook' | 'svix';
}

/** Signs a delivery as Standard Webhooks asks: `v1` by the secret, or `v1a` by the pair. */
export const signAsWebhook = (wire: Wire, { id, at, secret, family }: Delivery): Wire => {
  const text = signedText(id, at, wire.body);
  const key = Buffer.from(secret?.replace('whsec_', '') ?? '', 'base64');
  const signature =
    secret === undefined
      ? `v1a,${sign(null, text, HOOK_PAIR.privateKey).toString('base64')}`
      : `v1,${createHmac('sha256', key).update(text).digest('base64')}`;
  const dated = withHeader(withHeader(wire, `${family}-id`, id), `${family}-timestamp`, String(at));
  return withHeader(dated, `${family}-signature`, signature);
};

/** Signs a delivery as GitHub does: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
export const signAsGitHub = (wire: Wire, secret: string): Wire =>
  withHeader(
    withHeader(wire, 'X-GitHub-Event', 'deployment'),
    'X-Hub-Signature-256',
    `sha256=${createHmac('sha256', secret).update(wire.body).digest('hex')}`,
  );
