import { isHeld, type Reply } from '../reply/reply.ts';
import type { Allowance } from './allowance.ts';

/** A look asks for the state of jobs. Everything else is a call, logins included. */
export type TurnKind = 'call' | 'look';

/** Runs what sends a project's request, when it has its turn. */
export type InTurn = <Outcome extends { readonly reply: Reply }>(
  project: string,
  run: () => Promise<Outcome>,
  kind?: TurnKind,
) => Promise<Outcome>;

/** Requests of one kind that wait. Projects take turns, and those that got no answer the last time come last. */
const makeLine = (hung: ReadonlySet<string>) => {
  const waiting = new Map<string, readonly (() => void)[]>();
  /** Puts a project behind the others. */
  const putLast = (project: string, runs: readonly (() => void)[] = []): void => {
    waiting.delete(project);
    if (runs.length > 0) waiting.set(project, runs);
  };
  return {
    isEmpty: () => waiting.size === 0,
    add: (project: string, run: () => void): void => {
      waiting.set(project, [...(waiting.get(project) ?? []), run]);
    },
    next: (): (() => void) | undefined => {
      const projects = [...waiting.keys()];
      const project = projects.find((one) => !hung.has(one)) ?? projects[0];
      if (project === undefined) return undefined;
      const [first, ...others] = waiting.get(project) ?? [];
      putLast(project, others);
      return first;
    },
    putLast: (project: string): void => putLast(project, waiting.get(project)),
  };
};

/** Calls and looks that wait, and how many of each are under way. */
const makeLines = ({ most }: Allowance) => {
  const hung = new Set<string>();
  const lines = { call: makeLine(hung), look: makeLine(hung) };
  const underWay = { call: 0, look: 0 };
  let last: TurnKind = 'look';
  const kindOfNext = (): TurnKind | undefined => {
    const total = underWay.call + underWay.look;
    if (total >= most()) return undefined;
    const isCall = !lines.call.isEmpty();
    // One turn is left to calls, so no call waits for a look where there are two.
    const isLook = !lines.look.isEmpty() && underWay.look < Math.max(1, most() - 1);
    if (isCall && isLook) return last === 'call' ? 'look' : 'call';
    if (isCall) return 'call';
    return isLook ? 'look' : undefined;
  };
  const begin = (): void => {
    for (let kind = kindOfNext(); kind !== undefined; kind = kindOfNext()) {
      last = kind;
      underWay[kind]++;
      lines[kind].next()?.();
    }
  };
  const note = (project: string, reply: Reply): void => {
    if (reply.kind === 'replied') hung.delete(project);
    else if (!isHeld(reply)) hung.add(project);
  };
  return { lines, underWay, begin, note };
};

/**
 * At most as many requests at once as the allowance says, whatever their kind, and the projects take turns. Laws: a project
 * that got no answer the last time goes after the others. So a project that hangs holds up the others once, however many
 * requests it has. Calls and looks that wait take turns, so a thousand looks hold up no call for longer than one look.
 */
export const makeTurns = (allowance: Allowance): InTurn => {
  const { lines, underWay, begin, note } = makeLines(allowance);
  return async (project, run, kind = 'call') => {
    const line = lines[kind];
    const { promise, resolve } = Promise.withResolvers<void>();
    line.add(project, resolve);
    begin();
    await promise;
    const noteProof = allowance.sending();
    try {
      const outcome = await run();
      note(project, outcome.reply);
      noteProof(outcome.reply);
      return outcome;
    } finally {
      line.putLast(project);
      underWay[kind]--;
      begin();
    }
  };
};
