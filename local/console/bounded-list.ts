/** A list that keeps about the latest `most` of what was added. */
export interface BoundedList<Item> {
  readonly add: (item: Item) => void;
  /** In the order of their coming. */
  readonly all: () => readonly Item[];
}

export const makeBoundedList = <Item>(most: number): BoundedList<Item> => {
  const items: Item[] = [];
  return {
    add: (item) => {
      items.push(item);
      // Cut in blocks: cutting one by one would move the whole list for every item.
      if (items.length > 1.1 * most + 1) items.splice(0, items.length - most);
    },
    all: () => items,
  };
};
