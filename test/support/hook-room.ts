import { createHash, createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { type Enqueue, makeAcceptSteps, type OutgoingMessage } from '../../shared/accept/accept.ts';
import { makeAcceptOnce } from '../../shared/accept/accept-once.ts';
import { hookRoute } from '../../shared/accept/hook-route.ts';
import { makeRequestMemory } from '../../shared/accept/request-memory.ts';
import { tellProblem } from '../../shared/accept/routes.ts';
import type { TakeToken } from '../../shared/batching/token-buckets.ts';
import { makeAdmit } from '../../shared/callers/admit.ts';
import { readCallers } from '../../shared/callers/callers-document.ts';
import { schemesOf } from '../../shared/callers/schemes.ts';
import { makeHttpHandler } from '../../shared/edge/http.ts';
import { keyOf } from '../../shared/edge/intent-id.ts';
import type { Intent } from '../../shared/intent/intent.ts';
import { readMessage } from '../../shared/intent/message.ts';
import { sentence } from '../../shared/json/fault.ts';
import type { Log } from '../../shared/json/log.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { makeRecords } from '../../shared/ledger/records.ts';
import { requestCodec } from '../../shared/ledger/request-record.ts';
import { ALERTS_MAPPING } from './hook-payloads.ts';
import { askHandler, JSON_TYPE } from './http-events.ts';
import { keptLog } from './logs.ts';
import { memoryLedger } from './memory-ledger.ts';
import { idAt, NOW, PROJECT } from './messages.ts';

export const TOKEN = 'a token of alertmanager';
export const GITHUB_SECRET = "It's a Secret to Everybody";
export const WEBHOOK_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const GRANTS = [{ projects: [PROJECT], operations: ['dli.stop', 'dli.run'] }];

const { key: _, ...WITHOUT_KEY } = ALERTS_MAPPING;

/** Callers with a hook, one for each kind of sender. */
export const HOOK_CALLERS = [
  {
    id: 'alertmanager',
    proofs: [{ kind: 'bearer', sha256: sha256(TOKEN) }],
    hook: ALERTS_MAPPING,
    grants: GRANTS,
  },
  {
    id: 'grafana',
    proofs: [{ kind: 'basic', user: 'grafana', password_sha256: sha256(TOKEN) }],
    hook: WITHOUT_KEY,
    grants: GRANTS,
  },
  {
    id: 'github',
    proofs: [{ kind: 'github', secret: GITHUB_SECRET }],
    hook: {
      when: [{ body: '/deployment_status/state', is: ['failure', 'error'] }],
      intent: {
        operation: 'dli.stop',
        project_id: PROJECT,
        jobs: { body: '/deployment/payload/job_ids' },
        correlation_id: { body: '/deployment_status/id' },
      },
    },
    grants: GRANTS,
  },
  {
    id: 'shop',
    proofs: [{ kind: 'standard-webhooks', secret: WEBHOOK_SECRET }],
    hook: { intent: { body: '/data' } },
    grants: GRANTS,
  },
];

export const BASIC = `Basic ${Buffer.from(`grafana:${TOKEN}`).toString('base64')}`;

/** The headers by which a sender proves a body. */
export const PROOFS = {
  alertmanager: (): Record<string, string> => ({ authorization: `Bearer ${TOKEN}` }),
  grafana: (): Record<string, string> => ({ authorization: BASIC }),
  github: (body: string): Record<string, string> => ({
    'x-hub-signature-256': `sha256=${createHmac('sha256', GITHUB_SECRET).update(body).digest('hex')}`,
  }),
  shop: (body: string, id = 'msg_1'): Record<string, string> => ({
    'webhook-id': id,
    'webhook-timestamp': String(Date.parse(NOW) / 1_000),
    'webhook-signature': new Webhook(WEBHOOK_SECRET).sign(id, new Date(NOW), body),
  }),
};

export type Sender = keyof typeof PROOFS;

interface HookRoomOptions {
  readonly callers?: readonly object[];
  readonly ledger?: Ledger;
  /** Whether the queue takes its n-th message. */
  readonly takes?: (message: number) => boolean;
  /** How long a caller over its rate waits, in milliseconds. */
  readonly takeToken?: TakeToken;
}

const admitOf = (callers: readonly object[]) => {
  const read = readCallers(JSON.stringify({ callers }));
  if (!read.ok) throw new Error(sentence(read.faults));
  const schemes = schemesOf(read.callers);
  return makeAdmit({ schemes: async () => schemes, now: () => new Date(NOW) });
};

/** A queue that takes the messages it is told to. */
const queueIn = (sent: Intent[], takes: (message: number) => boolean) => {
  let messages = 0;
  return async (outgoing: readonly OutgoingMessage[]) =>
    outgoing.map(({ body }) => {
      const isTaken = takes(messages++);
      const reading = readMessage(body);
      if (isTaken && reading.ok) sent.push(reading.intent);
      return isTaken;
    });
};

const makeAccepting = (ledger: Ledger, enqueue: Enqueue, log: Log) => {
  const clock = { at: Date.parse(NOW) };
  const count = { ids: 0, versions: 0 };
  const now = () => new Date(clock.at);
  const newIntentId = () => idAt(++count.ids);
  const newVersion = () => `v${++count.versions}`;
  const at = () => clock.at;
  const records = makeRecords(ledger, { newVersion, now: at, keepSeconds: 86_400, log });
  const memory = makeRequestMemory(records.of(requestCodec), keyOf, at);
  const pause = async (ms: number): Promise<void> => {
    clock.at += ms;
  };
  const limits = { maxMessageBytes: 262_144, deadlineMs: 3_600_000 };
  const steps = makeAcceptSteps({ enqueue, now, newIntentId, ...limits });
  const acceptOnce = makeAcceptOnce({ ...steps, memory, keyOf, now, pause });
  return { acceptOnce, newIntentId, keyOf, now, pause };
};

/** The hooks of callers, over a queue and a ledger in memory. */
export const beginHooks = ({
  callers = HOOK_CALLERS,
  ledger = memoryLedger(),
  takes = () => true,
  takeToken = () => 0,
}: HookRoomOptions = {}) => {
  const { log, lines } = keptLog();
  const sent: Intent[] = [];
  const accepting = makeAccepting(ledger, queueIn(sent, takes), log);
  const handler = makeHttpHandler({
    routes: [hookRoute(accepting)],
    tell: tellProblem,
    takeToken,
    admit: admitOf(callers),
    newIntentId: accepting.newIntentId,
    log,
  });
  const ask = (path: string, body: string, headers: Record<string, string>) =>
    askHandler(handler, { path, body, headers: { ...JSON_TYPE, ...headers } });
  /** Sends a delivery, with the sender's proof unless the headers hold one. */
  const post = (sender: Sender, payload: unknown, headers?: Record<string, string>) => {
    const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
    return ask(`/v1/hooks/${sender}`, body, { ...PROOFS[sender](body), ...headers });
  };
  return { post, ask, sent, lines, pass: accepting.pause };
};
