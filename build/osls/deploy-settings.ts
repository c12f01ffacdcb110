import * as v from 'valibot';
import { type Environment, readSettings, whole } from '../../shared/json/settings.ts';

/** The kinds of retention that CloudWatch Logs takes, up to two years. */
export const logRetentionDays: readonly string[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731,
].map(String);

const account = v.pipe(v.string(), v.regex(/^\d{12}$/, 'must be an account id of 12 digits'));

const accounts = v.pipe(
  v.string(),
  v.regex(/^\d{12}(,\d{12})*$/, 'must be account ids of 12 digits, separated by commas'),
);

const busArn = v.pipe(
  v.string(),
  v.regex(
    /^(default|arn:aws[\w-]*:events:[\w-]+:\d{12}:event-bus\/[\w./-]+)$/,
    'must be default, or the ARN of an event bus',
  ),
);

const keyArn = v.pipe(
  v.string(),
  v.regex(/^arn:aws[\w-]*:kms:[\w-]+:\d{12}:key\/[\w-]+$/, 'must be the ARN of a KMS key'),
);

const canary = v.pipe(
  v.string(),
  v.regex(
    /^CodeDeployDefault\.Lambda(Canary10Percent\d+Minutes|Linear10PercentEvery\d+Minutes?)$/,
    'must be a deployment configuration of CodeDeploy, as CodeDeployDefault.LambdaCanary10Percent5Minutes',
  ),
);

const layerArn = v.pipe(
  v.string(),
  v.regex(
    /^arn:aws[\w-]*:lambda:[\w-]+:\d{12}:layer:[\w-]+:\d+$/,
    'must be the ARN of a version of a Lambda layer, as arn:aws:lambda:<region>:<account>:layer:<name>:<number>',
  ),
);

const policyArn = v.pipe(
  v.string(),
  v.regex(
    /^arn:aws[\w-]*:iam::(aws|\d{12}):policy\/[\w+=,.@/-]+$/,
    'must be the ARN of a policy of IAM',
  ),
);

const wrapper = v.pipe(
  v.string(),
  v.regex(/^\/opt\/[\w./-]+$/, 'must be a path under /opt, where Lambda puts layers'),
);

const topicArn = v.pipe(
  v.string(),
  v.regex(/^arn:aws[\w-]*:sns:[\w-]+:\d{12}:[\w-]+$/, 'must be the ARN of a topic of SNS'),
);

/** Settings that the template reads, and no function. */
const deploySchema = v.object({
  BATCH_SIZE: whole(1, 10_000),
  BATCH_WINDOW_SECONDS: whole(0, 300),
  THROTTLE_RATE: whole(1, 100_000),
  THROTTLE_BURST: whole(1, 100_000),
  INTENTS_BUS_ARN: busArn,
  SENDER_ACCOUNTS: v.optional(accounts),
  ACCOUNT_ID: v.optional(account),
  KMS_KEY_ARN: v.optional(keyArn),
  DATA_ON_REMOVAL: v.picklist(['Retain', 'Delete'], 'must be Retain or Delete'),
  LOG_RETENTION_DAYS: v.picklist(logRetentionDays, `must be one of ${logRetentionDays.join(', ')}`),
  RESERVED_ACCEPT_HTTP: v.optional(whole(1, 100_000)),
  RESERVED_ACCEPT_EVENT: v.optional(whole(1, 100_000)),
  RESERVED_CONTROL_JOBS: v.optional(whole(1, 100_000)),
  CANARY: v.optional(canary),
  TRACES_LAYER_ARN: v.optional(layerArn),
  TRACES_WRAPPER: wrapper,
  TRACES_POLICY_ARN: v.optional(policyArn),
  ALARM_TOPIC_ARN: v.optional(topicArn),
  OLDEST_INTENT_ALARM_SECONDS: whole(60, 604_800),
  RUNBOOK_URL: v.string(),
});

export type DeploySettings = v.InferOutput<typeof deploySchema>;

/** Throws `MisconfiguredError` with every problem. */
export const readDeploySettings = (settings: Environment): DeploySettings =>
  readSettings(deploySchema, settings);

/** The names of these settings. */
export const DEPLOY_SETTINGS: readonly string[] = Object.keys(deploySchema.entries);

/** Where the stack goes. The account is not known before the deployment, unless the stage file says it. */
export interface Place {
  readonly region: string;
  readonly account?: string | undefined;
}

const OTHER_BUS =
  'give the bus there a rule that targets the default bus here, name its account in SENDER_ACCOUNTS, and leave INTENTS_BUS_ARN at default: docs/deploy.md';

/**
 * A rule takes events from a bus of its own account and region alone. EventBridge refuses no ARN of another one that has
 * the same name; the rule would then wait on the wrong bus.
 */
export const busProblems = (
  { INTENTS_BUS_ARN: arn }: Pick<DeploySettings, 'INTENTS_BUS_ARN'>,
  { region, account: here }: Place,
): readonly string[] => {
  if (arn === 'default') return [];
  const [, , , busRegion, busAccount] = arn.split(':');
  if (busRegion !== region)
    return [`INTENTS_BUS_ARN is in ${busRegion}, and the stack in ${region}: ${OTHER_BUS}`];
  if (here === undefined)
    return [
      'ACCOUNT_ID must be set beside INTENTS_BUS_ARN: a bus of another account cannot be used',
    ];
  if (busAccount !== here)
    return [`INTENTS_BUS_ARN is of account ${busAccount}, and the stack of ${here}: ${OTHER_BUS}`];
  return [];
};

/** What is wrong between these settings. */
export const deployProblems = (settings: DeploySettings, place: Place): readonly string[] => [
  ...busProblems(settings, place),
  // https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
  ...(settings.BATCH_SIZE > 10 && settings.BATCH_WINDOW_SECONDS === 0
    ? ['BATCH_WINDOW_SECONDS must be at least 1 if BATCH_SIZE is more than 10']
    : []),
  ...(settings.THROTTLE_BURST < settings.THROTTLE_RATE
    ? ['THROTTLE_BURST must not be less than THROTTLE_RATE']
    : []),
  ...(settings.SENDER_ACCOUNTS !== undefined && settings.INTENTS_BUS_ARN !== 'default'
    ? [
        'SENDER_ACCOUNTS opens the default bus: the policy of the bus of INTENTS_BUS_ARN is its owner’s',
      ]
    : []),
  ...(settings.KMS_KEY_ARN !== undefined && settings.KMS_KEY_ARN.split(':')[3] !== place.region
    ? [`KMS_KEY_ARN must be a key of ${place.region}`]
    : []),
  ...(settings.TRACES_LAYER_ARN !== undefined &&
  settings.TRACES_LAYER_ARN.split(':')[3] !== place.region
    ? [`TRACES_LAYER_ARN must be a layer in ${place.region}: Lambda takes no other`]
    : []),
];
