import * as v from 'valibot';
import { MOST_WAIT_SECONDS } from '../../shared/accept/prefer-wait.ts';
import { MOST_DEADLINE_SECONDS } from '../../shared/intent/request.ts';

/** A number, or digits: CloudFormation takes both. */
const number = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^\d+$/))]),
  v.transform(Number),
);

const queue = v.object({
  Properties: v.object({ VisibilityTimeout: v.optional(number), MessageRetentionPeriod: number }),
});

/** What the rules compare. */
const templateSchema = v.object({
  Resources: v.object({
    IntentsQueue: v.object({
      Properties: v.object({
        VisibilityTimeout: number,
        MessageRetentionPeriod: number,
        RedrivePolicy: v.object({ maxReceiveCount: number }),
      }),
    }),
    IntentsDeadLetterQueue: queue,
    FailedEventsQueue: queue,
    AcceptDashhttpLambdaFunction: v.object({ Properties: v.object({ Timeout: number }) }),
    ControlDashjobsLambdaFunction: v.object({
      Properties: v.object({
        Timeout: number,
        Environment: v.object({
          Variables: v.object({
            FUNCTION_TIMEOUT_SECONDS: number,
            MAX_CONCURRENCY: number,
            MAX_RECEIVES: number,
          }),
        }),
      }),
    }),
    ControlDashjobsEventSourceMappingSQSIntentsQueue: v.object({
      Properties: v.object({
        MaximumBatchingWindowInSeconds: number,
        ScalingConfig: v.object({ MaximumConcurrency: number }),
      }),
    }),
  }),
});

type Resources = v.InferOutput<typeof templateSchema>['Resources'];

const DAY = 86_400;

/** API Gateway ends a request after 30 seconds. */
const GATEWAY_SECONDS = 30;

const rule = (holds: boolean, problem: string): readonly string[] => (holds ? [] : [problem]);

const queueProblems = (resources: Resources, timeout: number): readonly string[] => {
  const { VisibilityTimeout: visible, MessageRetentionPeriod: kept } =
    resources.IntentsQueue.Properties;
  const mapping = resources.ControlDashjobsEventSourceMappingSQSIntentsQueue.Properties;
  const least = 6 * timeout + mapping.MaximumBatchingWindowInSeconds;
  return [
    ...rule(
      visible >= least,
      `the intents queue's visibility timeout must be at least ${least} s: 6 × the timeout of control-jobs, plus BATCH_WINDOW_SECONDS`,
    ),
    ...rule(
      kept >= MOST_DEADLINE_SECONDS + DAY,
      'the intents queue must keep a message a day longer than the latest deadline',
    ),
    // A message that SQS itself moves keeps its age.
    ...rule(
      resources.IntentsDeadLetterQueue.Properties.MessageRetentionPeriod > kept,
      'the dead-letter queue must keep a message longer than the intents queue',
    ),
  ];
};

/** Whether the rules can compare: a text such as `two`, where a number belongs, has no place in them. */
export const hasNumbers = (template: unknown): boolean => v.is(templateSchema, template);

/** What is wrong between the settings and the numbers of the template. Seconds, all. */
export const templateProblems = (
  template: unknown,
  { reserved }: { readonly reserved?: number | undefined },
): readonly string[] => {
  const { Resources } = v.parse(templateSchema, template);
  const control = Resources.ControlDashjobsLambdaFunction.Properties;
  const { Variables } = control.Environment;
  const { ScalingConfig } = Resources.ControlDashjobsEventSourceMappingSQSIntentsQueue.Properties;
  const { Timeout: http } = Resources.AcceptDashhttpLambdaFunction.Properties;
  return [
    ...queueProblems(Resources, control.Timeout),
    ...rule(
      Variables.FUNCTION_TIMEOUT_SECONDS === control.Timeout,
      'FUNCTION_TIMEOUT_SECONDS must be the timeout of control-jobs',
    ),
    ...rule(
      Variables.MAX_CONCURRENCY === ScalingConfig.MaximumConcurrency,
      'MAX_CONCURRENCY of control-jobs must be that of its event source mapping',
    ),
    ...rule(
      Variables.MAX_RECEIVES === Resources.IntentsQueue.Properties.RedrivePolicy.maxReceiveCount,
      'MAX_RECEIVES of control-jobs must be that of the intents queue',
    ),
    ...rule(
      ScalingConfig.MaximumConcurrency >= 2,
      'MAX_CONCURRENCY must be at least 2: AWS takes no less for a queue',
    ),
    // A throttled batch uses up a receive of each of its messages.
    ...rule(
      reserved === undefined || reserved >= ScalingConfig.MaximumConcurrency,
      'RESERVED_CONTROL_JOBS must be at least MAX_CONCURRENCY',
    ),
    ...rule(
      http >= MOST_WAIT_SECONDS + 4 && http <= GATEWAY_SECONDS,
      `the timeout of accept-http must be from ${MOST_WAIT_SECONDS + 4} to ${GATEWAY_SECONDS} s`,
    ),
  ];
};
