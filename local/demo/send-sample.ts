import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { request } from 'undici';
import type { Settings } from '../settings.ts';
import type { Stack } from '../stack.ts';
import { clientOptions } from '../wires.ts';
import { proofOf } from './hook-proof.ts';
import type { Arrival, Sample } from './samples.ts';

type EventOf<Way extends Arrival['way']> = Extract<Arrival, { way: Way }>['event'];

/** How a sample went in, and what was answered. */
export interface Sent {
  readonly file: string;
  readonly way: string;
  readonly answer: string;
}

type Told = Omit<Sent, 'file'>;

const overHttp = async (
  url: string,
  token: string,
  { rawPath, headers, body }: EventOf<'http'>,
): Promise<Told> => {
  const { host: _, ...own } = headers;
  const proof = proofOf(rawPath, body, headers, token);
  const response = await request(url + rawPath, {
    method: 'POST',
    headers: { ...own, ...proof },
    body,
  });
  await response.body.dump();
  return { way: `POST ${rawPath}`, answer: String(response.statusCode) };
};

const throughBus = async (bus: EventBridgeClient, event: EventOf<'bus'>): Promise<Told> => {
  const { source: Source, 'detail-type': DetailType, detail } = event;
  const entry = { Source, DetailType, Detail: JSON.stringify(detail) };
  const { FailedEntryCount } = await bus.send(new PutEventsCommand({ Entries: [entry] }));
  return {
    way: `PutEvents ${DetailType}`,
    answer: FailedEntryCount === 0 ? 'on the bus' : 'refused',
  };
};

const byInvocation = async (url: string, event: unknown): Promise<Told> => {
  const path = '/2015-03-31/functions/accept-event/invocations';
  const response = await request(url + path, { method: 'POST', body: JSON.stringify(event) });
  const failed = response.headers['x-amz-function-error'] !== undefined;
  await response.body.dump();
  return { way: 'Invoke accept-event', answer: failed ? 'threw' : 'returned' };
};

const byQueue = async (
  sqs: SQSClient,
  QueueUrl: string,
  { Records }: EventOf<'queue'>,
): Promise<Told> => {
  for (const { body } of Records)
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
  return { way: 'SendMessage', answer: `${Records.length} queued` };
};

/** Sends each sample as its event comes about: over HTTP, through the bus, by an invocation, or through the queue. */
export const makeSender = (stack: Stack, settings: Settings) => {
  const sqs = new SQSClient(clientOptions(settings, stack.wires.queue));
  const bus = new EventBridgeClient(clientOptions(settings, stack.wires.bus));
  const tell = (sample: Sample): Promise<Told> => {
    switch (sample.way) {
      case 'http':
        return overHttp(stack.url, settings.DEV_TOKEN, sample.event);
      case 'bus':
        return throughBus(bus, sample.event);
      case 'invocation':
        return byInvocation(stack.url, sample.event);
      case 'queue':
        return byQueue(sqs, stack.queues.intents, sample.event);
    }
  };
  return {
    send: async (sample: Sample): Promise<Sent> => ({ file: sample.file, ...(await tell(sample)) }),
    stop: () => {
      sqs.destroy();
      bus.destroy();
    },
  };
};
