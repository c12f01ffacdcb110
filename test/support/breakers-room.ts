import type { Ledger } from '../../shared/ledger/ledger.ts';
import { makeRecords } from '../../shared/ledger/records.ts';
import { isProjectId, type ProjectId, type Service } from '../../shared/operations/operation.ts';
import { heldBack, type Reply } from '../../shared/reply/reply.ts';
import { makeBreakers } from '../../shared/upstream/breakers.ts';
import type { Routed, UpstreamRoute } from '../../shared/upstream/destination.ts';
import { hindrance, type Identity } from '../../shared/upstream/send.ts';
import { keptLog } from './logs.ts';
import { memoryLedger } from './memory-ledger.ts';
import { replied } from './replies.ts';

const projectOf = (text: string): ProjectId => {
  if (!isProjectId(text)) throw new Error('no project id');
  return text;
};

export const to = (
  project = 'p',
  service: Service = 'dli',
  route: UpstreamRoute = service === 'dli' ? 'dli.run' : 'drs.start',
) => ({ service, project: projectOf(project), route });

export const requestTo = (...destination: Parameters<typeof to>): Routed => ({
  ...to(...destination),
  method: 'POST',
  path: '/jobs',
});

export const good = replied(200, [{ is_success: 'true' }]);
export const down = replied(503, '');
export const badSignature = replied(401, { error_code: 'APIGW.0301' });

/** The world that invocations share: a clock, a ledger, and an upstream that says what it is told. */
export const startBreakers = (ledger: Ledger = memoryLedger()) => {
  const world = {
    at: 1_000_000,
    reply: good as Reply | Promise<Reply>,
    sent: [] as string[],
    identity: { kind: 'known', key: 'pair' } as Identity,
  };
  let versions = 0;
  const invoke = async (...destinations: readonly ReturnType<typeof to>[]) => {
    const now = () => world.at;
    const newVersion = () => `v${++versions}`;
    const { log, lines } = keptLog();
    const records = makeRecords(ledger, { newVersion, now, keepSeconds: 3_600, log });
    const breakers = makeBreakers(
      {
        records,
        log,
        now,
        identify: async () => world.identity,
        send: async ({ service, project }, turn) => {
          if (hindrance(turn, now()) !== undefined) return heldBack('no time left');
          world.sent.push(`${service}/${project}`);
          return world.reply;
        },
      },
      30_000,
    );
    await breakers.load(destinations.length === 0 ? [to()] : destinations);
    return { ...breakers, lines };
  };
  return { world, invoke };
};
