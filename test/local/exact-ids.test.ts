import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { invokeOn } from '../support/invoke.ts';
import { startRecordingUpstream } from '../support/recording-upstream.ts';
import { AWS, beginStack, send, type TestStack, until } from '../support/stack.ts';
import { INTENTS_PATH, runPath, stopPath } from '../support/vendor.ts';

/** The largest 64-bit integer; the first that a double rounds; one whose double is another's; the largest double-safe. */
const IDS = ['9223372036854775807', '9007199254740993', '9223372036854775806', '9007199254740991'];
const NUMBERS = IDS.join(',');
const STRINGS = JSON.stringify(IDS);

let upstream: Awaited<ReturnType<typeof startRecordingUpstream>>;
let stack: TestStack;
let eventBridge: EventBridgeClient;
beforeAll(async () => {
  upstream = await startRecordingUpstream();
  stack = await beginStack({
    DLI_ENDPOINT: upstream.url,
    BATCH_SIZE: '10',
    BATCH_WINDOW_SECONDS: '0',
  });
  eventBridge = new EventBridgeClient({ ...AWS, endpoint: stack.wires.bus });
});
afterAll(async () => {
  eventBridge.destroy();
  await stack.stop();
  await upstream.stop();
});

const intent = (project: string, jobs: string): string =>
  `{"operation":"dli.run","project_id":"${project}","jobs":${jobs}}`;

const ways: Record<string, (project: string) => Promise<unknown>> = {
  'vendor, run, as numbers': (project) =>
    stack.post(runPath(project), `{"job_ids":[${NUMBERS}],"resume_savepoint":true}`),
  'vendor, stop, as numbers': (project) =>
    stack.post(stopPath(project), `{ "job_ids" : [ ${IDS.join(' , ')} ] }`),
  'vendor, as strings': (project) => stack.post(runPath(project), `{"job_ids":${STRINGS}}`),
  'native, as numbers': (project) => stack.post(INTENTS_PATH, intent(project, `[${NUMBERS}]`)),
  'native, as strings': (project) => stack.post(INTENTS_PATH, intent(project, STRINGS)),
  'native, as objects': (project) =>
    stack.post(INTENTS_PATH, intent(project, `[${IDS.map((id) => `{"job_id":${id}}`)}]`)),
  'event, as strings': (project) =>
    eventBridge.send(
      new PutEventsCommand({
        Entries: [
          { Source: 'test', DetailType: 'Job Control Intent', Detail: intent(project, STRINGS) },
        ],
      }),
    ),
  'invocation, as strings': (project) =>
    invokeOn(stack.url, 'accept-event')(intent(project, STRINGS)),
};

describe('9223372036854775807 goes in and comes out, digit for digit', () => {
  test.each(Object.keys(ways))('%s', async (way) => {
    const project = way.replaceAll(/\W+/g, '-');
    await ways[way]?.(project);
    const results = await until(() => {
      const found = stack.results().filter(({ project_id }) => project_id === project);
      expect(found).toHaveLength(IDS.length);
      return found;
    });
    expect(results.map(({ job_id }) => job_id)).toEqual(IDS);

    const bodies = upstream.requests.filter(({ path }) => path.includes(`/${project}/`));
    expect(bodies).toHaveLength(1);
    expect(bodies[0]?.body).toMatch(new RegExp(`^\\{"job_ids":\\[${NUMBERS}\\](,|\\})`));
  });

  test('and is the same text in what the bus shows', async () => {
    const { text } = await send(`${stack.url}/local/results`, null, {}, 'GET');
    for (const id of IDS) expect(text).toContain(`"job_id": "${id}"`);
  });
});

describe('an id that a sender has let be rounded is refused, with advice', () => {
  const advice = /\/jobs\/0: is too large for a JSON number to hold exactly: send it as a string/;

  test.each(['9007199254740993', '9223372036854775807'])('%s, invoked directly', async (id) => {
    const answer = await invokeOn(stack.url, 'accept-event')(intent('rounded', `[${id}]`));
    expect(answer).toMatchObject({
      status: 200,
      error: 'Unhandled',
      payload: { errorType: 'InvalidIntentError', errorMessage: expect.stringMatching(advice) },
    });
  });

  test('on the queue: a message with a number for an id is none of ours', async () => {
    const MessageBody = `{"v":1,"intent_id":"01890a5d-ac96-774b-bcce-000000000001","operation":"dli.run","project_id":"rounded","options":{},"jobs":[9007199254740993],"caller":"test","accepted_at":"2026-01-31T11:59:00.000Z"}`;
    await stack.sqs.send(new SendMessageCommand({ QueueUrl: stack.queues.intents, MessageBody }));
    await until(async () => expect(await stack.depths()).toMatchObject({ deadLetters: 1 }));
  });

  test('and nothing went upstream', async () => {
    await stack.idle();
    expect(upstream.requests.filter(({ path }) => path.includes('/rounded/'))).toEqual([]);
  });
});
