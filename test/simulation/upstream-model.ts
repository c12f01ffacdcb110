import type { UpstreamRequest } from '../../shared/operations/operation.ts';
import { readReply } from '../../shared/reply/read-reply.ts';
import type { Reply, Unread } from '../../shared/reply/reply.ts';
import { readied } from '../../shared/upstream/readied.ts';
import type { Turn } from '../../shared/upstream/send.ts';
import { CALL_FAULTS, failureOf, makeArrive, type Outcome, SILENT } from './call-model.ts';
import type { Call, Chronicle, Invocation, Look } from './chronicle.ts';
import type { Climate } from './climate.ts';
import type { JobsModel } from './job-model.ts';
import type { ListModel } from './list-model.ts';
import { lookAt, lookFault, lookOutage, lookReply } from './look-model.ts';
import type { PoisonModel } from './poison-model.ts';
import { SILENCE } from './reply-model.ts';
import { type Understood, understand } from './request-reading.ts';
import { breakerBehind, isWall, PAGES, wallBefore } from './walls.ts';
import type { Life, Wire } from './wire.ts';

/** How long after its sender would have given up a request may still take effect. Less than the lease has left then. */
const LATEST_MS = 25_000;

/** Who sends. */
interface Sender {
  readonly life: Life;
  readonly invocation: Invocation;
  readonly remainingMs: () => number;
}

type Resolve = (reply: Unread) => void;

/** DLI and DRS behind a wire: jobs whose states take time, replies of every shape on record, and every fault. */
export const makeUpstreamModel = (
  wire: Wire,
  { tell }: Chronicle,
  jobs: JobsModel,
  climate: Climate,
  poison: PoisonModel,
  list: ListModel,
) => {
  const { schedule, random, weather } = wire;
  const arrive = makeArrive(wire, jobs, climate, poison);
  const startedAt = schedule.now();
  let calls = 0;

  /** Whether an outage refuses every request now. */
  const isOut = (service: string): boolean => {
    const { service: down, from, to } = climate.outage;
    const at = schedule.now() - startedAt;
    return service.startsWith(down) && at >= from && at < to && weather.strikes('outage');
  };

  const wallIn = (to: Parameters<typeof wallBefore>[1]) =>
    wallBefore(climate.walls, to, schedule.now() - startedAt, weather.strikes);

  const hear = (life: Life, ms: number, heard: () => void): void =>
    schedule.after(ms, () => {
      if (life.step()) heard();
    });

  const serveLook = (
    { service, project, ids }: Understood & { readonly kind: 'look' },
    { life, invocation }: Sender,
    resolve: Resolve,
  ): void => {
    if (!life.step()) return;
    const sentAt = schedule.now();
    const wall = wallIn({ service, route: 'look' });
    schedule.after(random.between(1, 500), () => {
      const look: Look = {
        invocation,
        service,
        project,
        seenAt: schedule.now(),
        ...lookAt(jobs, service, project, ids),
        tellsStart: service === 'dli' && climate.tellsStart,
      };
      const otherwise = () => (isOut(service) ? lookOutage(climate.outage) : lookFault(weather));
      const fault = wall === undefined ? otherwise() : PAGES[wall];
      if (fault !== undefined) invocation.faults++;
      hear(life, fault === SILENCE ? climate.callMs : random.between(1, 500), () => {
        if (fault === undefined) tell({ kind: 'seen', look });
        if (wall !== undefined) {
          const breaker = breakerBehind(wall, { service, route: 'look', project });
          tell({ kind: 'turned back', invocation, breaker, sentAt, isDenied: false });
        }
        resolve(fault ?? lookReply(look));
      });
    });
  };

  /** A page of the list is shown as it is when the request arrives. Its reply may come late. */
  const serveList = (
    { service, project, offset }: Understood & { readonly kind: 'list' },
    { life, invocation }: Sender,
    resolve: Resolve,
  ): void => {
    if (!life.step()) return;
    const wall = wallIn({ service, route: 'list' });
    schedule.after(random.between(1, 500), () => {
      const tellsStart = climate.tellsStart;
      const shown = list.page(project, offset);
      const seenAt = schedule.now();
      const look: Look = {
        invocation,
        service,
        project,
        seenAt,
        ...shown,
        tellsStart,
        isList: true,
      };
      const otherwise = () => (isOut(service) ? lookOutage(climate.outage) : list.refusal());
      const fault = wall === undefined ? otherwise() : PAGES[wall];
      hear(life, fault === SILENCE ? climate.callMs : random.between(1, climate.callMs - 1), () => {
        if (fault === undefined) tell({ kind: 'seen', look });
        resolve(fault ?? list.reply(look));
      });
    });
  };

  const openCall = (
    understood: Understood & { readonly kind: 'batch' },
    { invocation, remainingMs }: Sender,
  ): Call => {
    const { operation } = understood;
    const otherwise = () =>
      isOut(operation) ? climate.outage.as : weather.strikesOne(CALL_FAULTS);
    const fault = wallIn({ service: operation.slice(0, 3), route: operation }) ?? otherwise();
    if (fault !== undefined) invocation.faults++;
    return {
      n: ++calls,
      invocation,
      ...understood,
      sentAt: schedule.now(),
      endsAt: schedule.now() + climate.callMs,
      remainingMs: remainingMs(),
      settledAt: undefined,
      troubles: [],
      statuses: [],
      savepoints: [],
      effective: false,
      refused: false,
      fault,
      said: understood.jobs.map(() => 'nothing'),
    };
  };

  /** Lets a call arrive: soon, or as late as its sender waits, or later still. */
  const deliver = (call: Call, life: Life, then: (outcome: Outcome) => void): void => {
    const takeEffect = (): Outcome => {
      const outcome = arrive(call);
      tell({ kind: 'arrived', call });
      return outcome;
    };
    const act = (): void => then(takeEffect());
    const late = random.between(1, Math.min(LATEST_MS, climate.settleMs));
    switch (call.fault) {
      case 'hang after effect':
        schedule.after(random.between(1, climate.callMs - 1), act);
        break;
      case 'effect after silence':
        schedule.after(climate.callMs + late, act);
        break;
      case 'effect after death':
        schedule.after(climate.callMs - 1, () => {
          if (life.isAlive()) act();
          else schedule.after(late, act);
        });
        break;
      case 'error 500, then effect':
      case 'reset, then effect':
        schedule.after(random.between(1, 1_000), () => {
          call.endsAt = schedule.now();
          then(failureOf(call));
          schedule.after(late, takeEffect);
        });
        break;
      default:
        schedule.after(random.between(1, 1_000), act);
    }
  };

  const serveCall = (
    understood: Understood & { readonly kind: 'batch' },
    sender: Sender,
    resolve: Resolve,
  ): void => {
    const { life } = sender;
    const call = openCall(understood, sender);
    const { fault } = call;
    tell({ kind: 'called', call });
    const listen = (ms: number, { reply, said }: Outcome): void =>
      hear(life, ms, () => {
        call.said = said;
        const words = reply.kind === 'replied' ? `${reply.status} ${reply.body}` : 'silence';
        tell({ kind: 'heard', call, reply: words });
        if (isWall(fault)) {
          const { operation: route, project, sentAt } = call;
          const breaker = breakerBehind(fault, { service: route.slice(0, 3), route, project });
          const isDenied = fault === 'page 403';
          tell({ kind: 'turned back', invocation: call.invocation, breaker, sentAt, isDenied });
        }
        resolve(reply);
      });
    // Of those who die while they send, some have sent.
    const isSent = life.step() || random.chance(0.5);
    const isSilent = fault !== undefined && SILENT.includes(fault);
    if (isSilent) listen(climate.callMs, { reply: SILENCE, said: call.said });
    if (!isSent || fault === 'hang before effect') {
      call.settledAt = schedule.now();
      return;
    }
    deliver(call, life, (outcome) => {
      if (!isSilent) listen(random.between(1, 1_000), outcome);
    });
  };

  return {
    openFor:
      (life: Life, invocation: Invocation, remainingMs: () => number, now: () => number) =>
      (request: UpstreamRequest, turn: Turn): Promise<Reply> =>
        readied(request, turn, now).then(
          (ready) =>
            new Promise((resolve) => {
              if (!life.isAlive()) return;
              const settle: Resolve = (reply) => resolve(readReply(reply));
              if (ready.kind === 'held') return settle(ready.reply);
              const sender = { life, invocation, remainingMs };
              const understood = understand({ ...request, body: ready.body });
              if (understood.kind === 'look') serveLook(understood, sender, settle);
              else if (understood.kind === 'list') serveList(understood, sender, settle);
              else serveCall(understood, sender, settle);
            }),
        ),
  };
};
