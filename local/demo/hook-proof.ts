import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { devWebhookSecret } from '../callers.ts';

type Headers = Readonly<Record<string, string>>;

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** By which headers the sender of each development hook proves a body now. */
const PROOFS: Readonly<Record<string, (body: string, headers: Headers, token: string) => Headers>> =
  {
    '/v1/hooks/dev-github': (body, _, token) => ({
      'x-hub-signature-256': `sha256=${createHmac('sha256', token).update(body).digest('hex')}`,
    }),
    '/v1/hooks/dev-webhook': (body, { 'webhook-id': id = '' }, token) => {
      const now = new Date();
      const signature = new Webhook(devWebhookSecret(token)).sign(id, now, body);
      return {
        'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
        'webhook-signature': signature,
      };
    },
    '/v1/hooks/dev-alertmanager': (_, __, token) => ({
      authorization: basic('dev-alertmanager', token),
    }),
  };

/** The headers by which a request proves who sends it: a bearer token, or on a hook what its sender uses. */
export const proofOf = (path: string, body: string, headers: Headers, token: string): Headers =>
  PROOFS[path]?.(body, headers, token) ?? { authorization: `Bearer ${token}` };
