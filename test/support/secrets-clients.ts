import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { AWS } from './aws.ts';
import { type AwsFault, makeLeakyAws } from './leaky-aws.ts';
import type { Kept } from './secrets-kept.ts';

/** Made once: the making is what costs. Nothing is sent by them, since each room has a `send` of its own. */
const CLIENTS = {
  dynamoDb: new DynamoDBClient(AWS),
  eventBridge: new EventBridgeClient(AWS),
  sqs: new SQSClient(AWS),
  secretsManager: new SecretsManagerClient(AWS),
};

const sendingBy = <Client extends object>(
  client: Client,
  send: (command: unknown) => Promise<unknown>,
): Client => Object.create(client, { send: { value: send } });

const quoteOf = ({ aws, out, lastAuthorization }: Kept, { quoted }: AwsFault): string => {
  const authorization = `AWS4-HMAC-SHA256 Credential=${aws.id}/20260131/eu-west-1/sqs/aws4_request, SignedHeaders=host;x-amz-date, Signature=${aws.signature}`;
  const tokenLine = `x-amz-security-token:${aws.token}`;
  switch (quoted) {
    case 'aws':
      return `'${authorization}'.`;
    case 'authorization':
      return `authorization: ${lastAuthorization}`;
    case 'tokens':
      return `The Canonical String for this request should have been 'POST\n/\n\nhost:sqs\n${tokenLine}\n'`;
    case 'sent':
      return out.at(-1) ?? '';
  }
};

/** AWS's clients, which quote what they sent, as the faults ahead say. */
export const makeLeakyClients = (kept: Kept) => {
  const sent = { queue: 0, bus: 0, ledger: 0 };
  const faultAt = (service: keyof typeof sent, at: number): AwsFault | undefined =>
    kept.ahead.aws.find(
      // A table that is not there is not there when it is asked for again.
      ({ service: whose, after, manner }) =>
        whose === service && (after === at || (manner === 'has no table' && after + 1 === at)),
    );
  const { ledger, bus, queue } = makeLeakyAws(
    (service) => {
      const fault = faultAt(service, sent[service]++);
      if (fault === undefined) return undefined;
      kept.injected.push(`${service} ${fault.manner}`, `aws quotes ${fault.quoted}`);
      return { fault, said: quoteOf(kept, fault) };
    },
    (what, body) => kept.out.push(`${what} ${JSON.stringify(body)}`),
  );
  return {
    dynamoDb: sendingBy(CLIENTS.dynamoDb, ledger),
    eventBridge: sendingBy(CLIENTS.eventBridge, bus),
    sqs: sendingBy(CLIENTS.sqs, queue),
    /** Counts the requests of an invocation from its begin. */
    restart: (): void => void Object.assign(sent, { queue: 0, bus: 0, ledger: 0 }),
  };
};

/** A client of the secrets manager whose secret is what `say` returns or throws. */
export const secretsManagerThat = (say: () => string) =>
  sendingBy(CLIENTS.secretsManager, async () => ({ SecretString: say() }));
