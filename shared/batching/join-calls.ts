/** Takes items, and gives one answer for each, in their order. */
export type Batched<Item, Answer> = (items: readonly Item[]) => Promise<readonly Answer[]>;

/**
 * Joins all calls of one turn of the event loop into one call. Law: each caller gets the answers to its own items, in
 * their order. A process that serves one request at a time never has two calls to join.
 */
export const joinCalls = <Item, Answer>(
  run: Batched<Item, Answer>,
  endOfTurn: (then: () => void) => unknown = setImmediate,
): Batched<Item, Answer> => {
  let items: Item[] = [];
  let joined: Promise<readonly Answer[]> | undefined;
  const open = (): Promise<readonly Answer[]> =>
    new Promise((resolve, reject) => {
      endOfTurn(() => {
        const all = items;
        items = [];
        joined = undefined;
        run(all).then(resolve, reject);
      });
    });
  return async (own) => {
    joined ??= open();
    const first = items.length;
    items.push(...own);
    const answers = await joined;
    return answers.slice(first, first + own.length);
  };
};
