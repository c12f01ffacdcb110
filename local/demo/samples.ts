import { readdirSync, readFileSync } from 'node:fs';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEventV2, EventBridgeEvent, SQSEvent } from 'aws-lambda';
import { request } from 'undici';
import type { FunctionName } from '../front/invoke.ts';
import type { Settings } from '../settings.ts';
import type { Stack } from '../stack.ts';
import { clientOptions } from '../wires.ts';

/** A file under `events/`: what one of the functions is invoked with. */
export interface Sample {
  readonly file: string;
  readonly function: FunctionName;
  readonly event: unknown;
}

const ROOT = new URL('../../events/', import.meta.url);

/** Every sample there is, in the order of their numbers. */
export const readSamples = (): readonly Sample[] => {
  const folders: readonly FunctionName[] = ['accept-http', 'accept-event', 'control-jobs'];
  return folders.flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, ROOT))
      .toSorted()
      .map((file) => ({
        file: `${folder}/${file}`,
        function: folder,
        event: JSON.parse(readFileSync(new URL(`${folder}/${file}`, ROOT), 'utf8')),
      })),
  );
};

/** How a sample went in and what was answered. */
export interface Sent {
  readonly sample: Sample;
  readonly way: string;
  readonly answer: string;
}

/** Sends each sample the way its event would have come about: over HTTP, through the bus, by invocation, by the queue. */
export const makeSender = (stack: Stack, settings: Settings) => {
  const sqs = new SQSClient(clientOptions(settings, stack.wires.queue));
  const eventBridge = new EventBridgeClient(clientOptions(settings, stack.wires.bus));

  const overHttp = async (event: APIGatewayProxyEventV2): Promise<Omit<Sent, 'sample'>> => {
    const { rawPath, headers, body = '' } = event;
    const { 'content-type': type = '', 'x-language': language = '' } = headers;
    const response = await request(stack.url + rawPath, {
      method: 'POST',
      headers: { 'content-type': type, 'x-language': language },
      body,
    });
    await response.body.dump();
    return { way: `POST ${rawPath}`, answer: String(response.statusCode) };
  };

  const throughBus = async (
    event: EventBridgeEvent<string, unknown>,
  ): Promise<Omit<Sent, 'sample'>> => {
    const { source: Source, 'detail-type': DetailType, detail } = event;
    const entry = { Source, DetailType, Detail: JSON.stringify(detail) };
    const { FailedEntryCount } = await eventBridge.send(new PutEventsCommand({ Entries: [entry] }));
    return {
      way: `PutEvents ${DetailType}`,
      answer: FailedEntryCount === 0 ? 'on the bus' : 'refused',
    };
  };

  const byInvocation = async (event: unknown): Promise<Omit<Sent, 'sample'>> => {
    const path = '/2015-03-31/functions/accept-event/invocations';
    const response = await request(stack.url + path, {
      method: 'POST',
      body: JSON.stringify(event),
    });
    const failed = response.headers['x-amz-function-error'] !== undefined;
    await response.body.dump();
    return { way: 'Invoke accept-event', answer: failed ? 'threw' : 'returned' };
  };

  const byQueue = async ({ Records }: SQSEvent): Promise<Omit<Sent, 'sample'>> => {
    for (const { body } of Records) {
      const message = { QueueUrl: stack.queues.intents, MessageBody: body };
      await sqs.send(new SendMessageCommand(message));
    }
    return { way: 'SendMessage', answer: `${Records.length} queued` };
  };

  const send = (sample: Sample): Promise<Omit<Sent, 'sample'>> => {
    switch (sample.function) {
      case 'accept-http':
        return overHttp(sample.event as APIGatewayProxyEventV2);
      case 'accept-event':
        return isRuleEvent(sample.event) ? throughBus(sample.event) : byInvocation(sample.event);
      case 'control-jobs':
        return byQueue(sample.event as SQSEvent);
    }
  };
  return {
    send: async (sample: Sample): Promise<Sent> => ({ sample, ...(await send(sample)) }),
    stop: () => {
      sqs.destroy();
      eventBridge.destroy();
    },
  };
};

const isRuleEvent = (event: unknown): event is EventBridgeEvent<string, unknown> =>
  typeof event === 'object' && event !== null && 'detail-type' in event;
