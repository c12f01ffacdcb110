import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { makeControlLoop } from '../../shared/control/control.ts';
import { makePublish } from '../../shared/edge/bus.ts';
import { makeLog } from '../../shared/edge/log.ts';
import { makeDeadLetter, makePostpone, readRecord } from '../../shared/edge/queue.ts';
import { makeSecretsManagerSource } from '../../shared/edge/secrets-aws.ts';
import { makeFileSource } from '../../shared/edge/secrets-file.ts';
import { sign } from '../../shared/edge/signer.ts';
import { makeExchange } from '../../shared/edge/upstream.ts';
import type { Log } from '../../shared/json/log.ts';
import { makeDynamoLedger } from '../../shared/ledger/ledger-dynamodb.ts';
import { checkTable, keepChecking } from '../../shared/ledger/ledger-dynamodb-table.ts';
import { makeAccounts } from '../../shared/upstream/accounts.ts';
import { makeAuthorised } from '../../shared/upstream/authorise.ts';
import type { Exchange } from '../../shared/upstream/exchange.ts';
import { makePaced } from '../../shared/upstream/pace.ts';
import { makeTokens } from '../../shared/upstream/tokens.ts';
import { AWS } from './aws.ts';
import { awsKeysOf, pairOf, temporaryOf, tokenOf, userOf } from './distinctive-secrets.ts';
import { type SecretTrouble, troubled } from './faulty-secret.ts';
import { fingerprint } from './fingerprints.ts';
import { type AwsFault, makeLeakyAws } from './leaky-aws.ts';
import {
  type Answered,
  LeakyUpstream,
  rejectionOf,
  type Shown,
  signatureIn,
  type UpstreamFault,
} from './leaky-upstream.ts';
import { LIMITS } from './limits.ts';
import { bodyOf } from './messages.ts';
import { recordOf } from './sqs.ts';

/** What goes wrong in one invocation. */
export interface Round {
  readonly secret: SecretTrouble | 'none';
  readonly upstream: readonly UpstreamFault[];
  readonly aws: readonly AwsFault[];
}

export type Source = 'aws' | 'file' | 'bare';

const MINUTE = 60_000;
const PROJECTS = ['k0', 'k1', 'k2', 't0', 't1', 'u0', 'u1', 'u2'];

type Entry = Readonly<Record<string, string>>;

const entryOf = (name: string, seed: number): Entry => {
  const isHard = name.endsWith('1');
  const unique = `${name} ${seed}`;
  if (name.startsWith('u')) return userOf(unique, isHard);
  return name.startsWith('t') ? temporaryOf(unique, isHard) : pairOf(unique, isHard);
};

/** The batches of one invocation: a run and a start for each project, one of them for the last time, one unreadable. */
const recordsOf = (round: number) =>
  PROJECTS.flatMap((project_id, i) => {
    const age = round * 100 + i * 2 + 1;
    const jobs = [`${age}1`, `${age}2`];
    return [
      recordOf(bodyOf({ age, project_id, jobs }), {}, `run ${age}`),
      recordOf(
        bodyOf({ age: age + 1, operation: 'drs.start', project_id, jobs }),
        {},
        `start ${age}`,
      ),
    ];
  }).map((record, i) =>
    i === 3
      ? { ...record, attributes: { ...record.attributes, ApproximateReceiveCount: '99' } }
      : record,
  );

const UNREADABLE = recordOf('not JSON', { trace: { dataType: 'String', stringValue: 't' } }, 'odd');

const yes = ({ path, body }: Shown): Answered => {
  if (path.includes('/batch-status') || !path.endsWith('/run')) {
    const isLook = !path.endsWith('/batch-starting');
    return {
      status: 200,
      headers: {},
      body: isLook ? '{"job_detail":{"status":"job_init"}}' : '{"results":[]}',
    };
  }
  const rows = body.split(',').map(() => ({ is_success: 'true', message: '' }));
  return { status: 200, headers: {}, body: JSON.stringify(rows) };
};

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

/** A console that prints nothing and keeps what would be printed. */
const keptConsole = (keep: (line: string) => void): Console => {
  // As Lambda does it with an object.
  const print = (line: unknown): void =>
    keep(typeof line === 'string' ? line : JSON.stringify(line));
  return Object.create(console, { info: { value: print }, warn: { value: print } });
};

/** Both formats at once. */
const makeBothLogs = (out: Console): Log => {
  const logs = [true, false].map((asObject) => makeLog({ asObject, level: 'info' }, out));
  return {
    info: (event, fields) => {
      for (const log of logs) log.info(event, fields);
    },
    warn: (event, fields) => {
      for (const log of logs) log.warn(event, fields);
    },
  };
};

/**
 * The function `control-jobs` as it is wired, but for its outermost effects: the connection pool and what AWS's clients
 * send. It keeps all that comes out of it, and every secret that was in it.
 */
export const startSecretsRoom = (seed: number, sourceKind: Source) => {
  const clock = { now: Date.parse('2026-01-31T12:00:00Z') };
  const now = () => clock.now;
  const out: string[] = [];
  const injected: string[] = [];
  const secrets = new Set<string>();
  const projects = Object.fromEntries(PROJECTS.map((name) => [name, entryOf(name, seed)]));
  for (const { ak, sk, security_token, password } of Object.values(projects))
    for (const secret of [ak, sk, security_token, password]) if (secret) secrets.add(secret);
  const aws = awsKeysOf(String(seed));
  for (const secret of Object.values(aws)) secrets.add(secret);

  const round = {
    secret: 'none' as Round['secret'],
    upstream: [] as UpstreamFault[],
    aws: [] as AwsFault[],
  };
  const sentToAws = { queue: 0, bus: 0, ledger: 0 };
  const log = makeBothLogs(keptConsole((line) => out.push(line)));
  let ids = 0;
  let tokens = 0;
  let lastAuthorization = '';
  const newId = () => `id-${++ids}`;

  const accountOf = (path: string, body: string): Shown['account'] => {
    const [, , project = ''] = path.split('/');
    const isUsers = path.startsWith('/v3/auth')
      ? Object.values(projects).find(
          ({ password }) => password && body.includes(JSON.stringify(password)),
        )
      : undefined;
    return isUsers ?? projects[project] ?? {};
  };
  const seen = ({ headers }: Shown): void => {
    const signature = signatureIn(headers);
    if (signature !== undefined) secrets.add(signature);
    lastAuthorization = headers.authorization ?? lastAuthorization;
  };
  const issue = (): Answered => {
    const token = tokenOf(`${seed} ${++tokens}`);
    secrets.add(token);
    const expires_at = new Date(clock.now + 60 * MINUTE).toISOString();
    return {
      status: 201,
      headers: { 'x-subject-token': token },
      body: JSON.stringify({ token: { expires_at } }),
    };
  };
  const nextFault = (): UpstreamFault | undefined => {
    const fault = round.upstream.shift();
    if (fault !== undefined)
      injected.push(`upstream ${fault.manner}`, `quotes ${fault.quoted}`, `in ${fault.place}`);
    return fault;
  };
  const dispatcher = new LeakyUpstream({
    nextFault,
    answer: (shown) => (shown.path.startsWith('/v3/auth') ? issue() : yes(shown)),
    accountOf,
    seen,
  });
  const wire = makeExchange(dispatcher, { timeoutMs: MINUTE });
  const exchange: Exchange = async (outgoing) => {
    if (round.upstream[0]?.manner !== 'rejects') return wire(outgoing);
    const { pathname: path } = new URL(outgoing.url);
    const { headers, body = '' } = outgoing;
    const shown = { path, headers, body, account: accountOf(path, body) };
    seen(shown);
    const fault = nextFault();
    throw fault === undefined ? new Error('no fault') : rejectionOf(shown, fault);
  };

  const quoteOfAws = ({ quoted }: AwsFault): string => {
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
  const { ledger, bus, queue } = makeLeakyAws(
    (service) => {
      const at = sentToAws[service]++;
      const fault = round.aws.find(
        // A table that is not there is not there when it is asked for again.
        ({ service: whose, after, manner }) =>
          whose === service && (after === at || (manner === 'has no table' && after + 1 === at)),
      );
      if (fault === undefined) return undefined;
      injected.push(`${service} ${fault.manner}`, `aws quotes ${fault.quoted}`);
      return { fault, said: quoteOfAws(fault) };
    },
    (what, sent) => out.push(`${what} ${JSON.stringify(sent)}`),
  );
  const dynamoDb = sendingBy(CLIENTS.dynamoDb, ledger);
  const eventBridge = sendingBy(CLIENTS.eventBridge, bus);
  const sqs = sendingBy(CLIENTS.sqs, queue);

  const saysOfSecret = (): string | Error => {
    if (round.secret === 'none') return JSON.stringify({ projects });
    injected.push(`secret: ${round.secret}`);
    return troubled(round.secret, projects);
  };
  const say = (): string => {
    const says = saysOfSecret();
    if (says instanceof Error) throw says;
    return says;
  };
  const folder = sourceKind === 'file' ? mkdtempSync(join(tmpdir(), 'secrets-room-')) : '';
  const sources: Record<Source, () => Promise<string>> = {
    aws: makeSecretsManagerSource(
      sendingBy(CLIENTS.secretsManager, async () => ({ SecretString: say() })),
      'upstream',
    ),
    file: async () => {
      const says = saysOfSecret();
      const file = join(folder, says instanceof Error ? 'none' : 'secrets.json');
      if (!(says instanceof Error)) writeFileSync(file, says);
      return makeFileSource(file)();
    },
    bare: async () => say(),
  };

  const accounts = makeAccounts(
    { fetch: sources[sourceKind], now, log },
    { ttlMs: 5 * MINUTE, leastRefreshMs: 10_000, needsIam: false },
  );
  const { send, identify } = makeAuthorised(
    { accounts, tokens: makeTokens({ now }), exchange, sign, fingerprint, now, log, newId },
    {
      endpoints: {
        dli: 'https://dli.example.com',
        drs: 'https://drs.example.com',
        iam: 'https://iam.example.com',
      },
      language: 'en-us',
      version: '0.0.0',
      callsPerKey: 1,
      refusedMs: MINUTE,
    },
  );
  const pause = async (ms: number): Promise<void> => {
    clock.now += ms;
  };
  const control = makeControlLoop(
    {
      ledger: makeDynamoLedger({ dynamoDb, log }, 'ledger'),
      identify,
      send: makePaced({ send, now, random: () => 0.5, pause }),
      publish: makePublish(
        { eventBridge, log },
        { busName: 'bus', maxBytes: 256 * 1024, perEvent: 1 },
      ),
      deadLetter: makeDeadLetter({ sqs, log }, { queueUrl: 'https://sqs/dead' }),
      postpone: makePostpone({ sqs, log }, { queueUrl: 'https://sqs/intents' }),
      log,
      now,
      random: () => 0.5,
      newId,
    },
    LIMITS,
  );
  let ready: (() => Promise<void>) | undefined;

  /** As the handler does it; after the longest time that a breaker stays open. */
  const invoke = async (number: number, trouble: Round): Promise<void> => {
    clock.now += 16 * MINUTE;
    const until = clock.now + 10 * MINUTE;
    Object.assign(round, { ...trouble, upstream: [...trouble.upstream] });
    Object.assign(sentToAws, { queue: 0, bus: 0, ledger: 0 });
    ready ??= keepChecking(() => checkTable({ dynamoDb, log }, 'ledger'));
    try {
      await Promise.all([ready(), accounts.check()]);
      const staying = await control(
        [...recordsOf(number), UNREADABLE].map(readRecord),
        () => until - clock.now,
      );
      out.push(`staying ${JSON.stringify(staying)}`);
    } catch (error) {
      injected.push('thrown');
      out.push(`thrown ${inspect(error, { depth: 20, showHidden: true })}`);
    }
  };
  return {
    invoke,
    secrets,
    out,
    /** Every fault that was met, and of what kind. */
    injected,
    stop: () => folder && rmSync(folder, { recursive: true }),
  };
};
