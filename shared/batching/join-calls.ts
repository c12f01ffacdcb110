/** A batch operation: as many answers as items, in their order. */
export type Batched<Item, Answer> = (items: readonly Item[]) => Promise<readonly Answer[]>;

/**
 * Joins calls that are made in the same turn of the event loop into one. Law: each caller gets the answers to its own
 * items, in their order. Where an environment serves one request at a time, every call goes alone.
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
