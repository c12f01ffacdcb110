import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { request } from 'undici';
import { isObject, parseJson } from '../../shared/json/json.ts';
import type { Queues } from '../queue/queues.ts';
import type { Settings } from '../settings.ts';
import { clientOptions, type Wires } from '../wires.ts';
import { proofOf } from './hook-proof.ts';
import type { Arrival, Sample } from './samples.ts';

type EventOf<Way extends Arrival['way']> = Extract<Arrival, { way: Way }>['event'];

/** How a sample went in, and what was answered. */
export interface Sent {
  readonly file: string;
  readonly way: string;
  readonly answer: string;
  /** The status of the answer, and what it says if the sample was refused. */
  readonly status: number;
  readonly refusal?: unknown;
  /** The intents that the answer names. */
  readonly intents: readonly string[];
}

/** Where samples go: a stack, by its own address and those of its parts. */
export interface Target {
  readonly url: string;
  readonly wires: Pick<Wires, 'queue' | 'bus'>;
  readonly queues: Pick<Queues, 'intents'>;
}

type Told = Omit<Sent, 'file'>;

/** The ids that an answer names, in its list or as its own. */
const intentsIn = (said: unknown): readonly string[] => {
  const list: readonly unknown[] =
    isObject(said) && Array.isArray(said.intents) ? said.intents : [said];
  return list.flatMap((one) => (isObject(one) && one.intent_id ? [String(one.intent_id)] : []));
};

const readAnswer = (text: string): unknown => {
  const parsed = parseJson(text);
  return parsed.ok ? parsed.value : text;
};

/** What proves a sample: on a hook what its sender uses, else the caller's own proof, or the development token. */
const proofFor = (
  { rawPath, headers, body }: EventOf<'http'>,
  token: string,
  own: string | undefined,
) =>
  own !== undefined && !rawPath.startsWith('/v1/hooks/')
    ? { authorization: own }
    : proofOf(rawPath, body, headers, token);

const overHttp = async (
  url: string,
  event: EventOf<'http'>,
  proof: Readonly<Record<string, string>>,
): Promise<Told> => {
  const { rawPath, headers, body } = event;
  const { host: _, ...own } = headers;
  const response = await request(url + rawPath, {
    method: 'POST',
    headers: { ...own, ...proof },
    body,
  });
  const said = readAnswer(await response.body.text());
  const { statusCode: status } = response;
  const id = response.headers['x-intent-id'];
  return {
    way: `POST ${rawPath}`,
    answer: String(status),
    status,
    intents: typeof id === 'string' ? [id] : intentsIn(said),
    ...(status >= 300 && { refusal: said }),
  };
};

const throughBus = async (bus: EventBridgeClient, event: EventOf<'bus'>): Promise<Told> => {
  const { source: Source, 'detail-type': DetailType, detail } = event;
  const entry = { Source, DetailType, Detail: JSON.stringify(detail) };
  const { FailedEntryCount } = await bus.send(new PutEventsCommand({ Entries: [entry] }));
  const isTaken = FailedEntryCount === 0;
  return {
    way: `PutEvents ${DetailType}`,
    answer: isTaken ? 'on the bus' : 'refused',
    status: isTaken ? 200 : 503,
    intents: [],
  };
};

const byInvocation = async (url: string, event: unknown): Promise<Told> => {
  const path = '/2015-03-31/functions/accept-event/invocations';
  const response = await request(url + path, { method: 'POST', body: JSON.stringify(event) });
  const failed = response.headers['x-amz-function-error'] !== undefined;
  const said = readAnswer(await response.body.text());
  return {
    way: 'Invoke accept-event',
    answer: failed ? 'threw' : 'returned',
    status: failed ? 400 : response.statusCode,
    intents: intentsIn(said),
    ...(failed && { refusal: said }),
  };
};

const byQueue = async (
  sqs: SQSClient,
  QueueUrl: string,
  { Records }: EventOf<'queue'>,
): Promise<Told> => {
  for (const { body } of Records)
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
  return { way: 'SendMessage', answer: `${Records.length} queued`, status: 200, intents: [] };
};

/**
 * Sends each sample as its event comes about: over HTTP, through the bus, by an invocation, or through the queue.
 * `authorization` is the proof of the caller who sends it; without one, the development token is.
 */
export const makeSender = (stack: Target, settings: Settings, authorization?: string) => {
  const sqs = new SQSClient(clientOptions(settings, stack.wires.queue));
  const bus = new EventBridgeClient(clientOptions(settings, stack.wires.bus));
  const tell = (sample: Sample): Promise<Told> => {
    switch (sample.way) {
      case 'http':
        return overHttp(
          stack.url,
          sample.event,
          proofFor(sample.event, settings.DEV_TOKEN, authorization),
        );
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
