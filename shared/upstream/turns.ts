import { isHeld, type Reply } from '../reply/reply.ts';

/** Runs what sends a request for a project, when it is its turn. */
export type InTurn = <Attempt extends { readonly reply: Reply }>(
  project: string,
  run: () => Promise<Attempt>,
) => Promise<Attempt>;

/**
 * So many requests at once, and the projects in turn. Law: of two projects that wait, one that was left without an answer
 * the last time goes second; so who goes elsewhere waits once for a project that hangs, however much that has to send.
 */
export const makeTurns = (slots: number): InTurn => {
  const waiting = new Map<string, readonly (() => void)[]>();
  const hung = new Set<string>();
  let free = slots;

  /** Lets a project wait behind the others. */
  const line = (project: string, runs: readonly (() => void)[] = []): void => {
    waiting.delete(project);
    if (runs.length > 0) waiting.set(project, runs);
  };
  const begin = (): void => {
    const projects = [...waiting.keys()];
    const project = projects.find((one) => !hung.has(one)) ?? projects[0];
    if (free === 0 || project === undefined) return;
    const [first, ...others] = waiting.get(project) ?? [];
    line(project, others);
    free--;
    first?.();
  };

  return async (project, run) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.set(project, [...(waiting.get(project) ?? []), resolve]);
    begin();
    await promise;
    try {
      const attempt = await run();
      if (attempt.reply.kind === 'replied') hung.delete(project);
      else if (!isHeld(attempt.reply)) hung.add(project);
      return attempt;
    } finally {
      line(project, waiting.get(project));
      free++;
      begin();
    }
  };
};
