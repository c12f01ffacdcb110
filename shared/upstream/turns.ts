import { isHeld, type Reply } from '../reply/reply.ts';

/** Runs what sends a project's request, when it has its turn. */
export type InTurn = <Outcome extends { readonly reply: Reply }>(
  project: string,
  run: () => Promise<Outcome>,
) => Promise<Outcome>;

/**
 * So many requests at once, and the projects take turns. Law: a project that got no answer the last time goes after the
 * others. So a project that hangs holds up the others once, however many requests it has.
 */
export const makeTurns = (slots: number): InTurn => {
  const waiting = new Map<string, readonly (() => void)[]>();
  const hung = new Set<string>();
  let free = slots;

  /** Puts a project behind the others. */
  const putLast = (project: string, runs: readonly (() => void)[] = []): void => {
    waiting.delete(project);
    if (runs.length > 0) waiting.set(project, runs);
  };
  const begin = (): void => {
    const projects = [...waiting.keys()];
    const project = projects.find((one) => !hung.has(one)) ?? projects[0];
    if (free === 0 || project === undefined) return;
    const [first, ...others] = waiting.get(project) ?? [];
    putLast(project, others);
    free--;
    first?.();
  };

  return async (project, run) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.set(project, [...(waiting.get(project) ?? []), resolve]);
    begin();
    await promise;
    try {
      const outcome = await run();
      if (outcome.reply.kind === 'replied') hung.delete(project);
      else if (!isHeld(outcome.reply)) hung.add(project);
      return outcome;
    } finally {
      putLast(project, waiting.get(project));
      free++;
      begin();
    }
  };
};
