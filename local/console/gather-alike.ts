/** How long what is alike is gathered. */
const GATHER_MS = 100;

/**
 * Gathers happenings that are alike into one: at a thousand results per second the list of entries stays short. Each is
 * handed on within a tenth of a second, in the order of the first of its kind.
 */
export const makeGatherAlike = <Item>(
  join: (before: Item, next: Item) => Item,
  handOn: (item: Item) => void,
) => {
  const gathered = new Map<string, Item>();
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const items = [...gathered.values()];
    gathered.clear();
    for (const item of items) handOn(item);
  };
  return {
    add: (key: string, item: Item): void => {
      const before = gathered.get(key);
      gathered.set(key, before === undefined ? item : join(before, item));
      timer ??= setTimeout(flush, GATHER_MS).unref();
    },
    flush,
  };
};
