/**
 * Cuts a list into packs, in order. A pack has at most `maxCount` items and `maxBytes` bytes. An item larger than that
 * gets a pack of its own, so that the receiver refuses it alone.
 */
export const pack = <T>(
  items: readonly T[],
  bytesOf: (item: T) => number,
  { maxCount, maxBytes }: { maxCount: number; maxBytes: number },
): readonly (readonly T[])[] => {
  const packs: T[][] = [];
  let room = 0;
  for (const item of items) {
    const bytes = bytesOf(item);
    const current = packs.at(-1);
    if (current === undefined || current.length === maxCount || bytes > room) {
      packs.push([item]);
      room = maxBytes - bytes;
    } else {
      current.push(item);
      room -= bytes;
    }
  }
  return packs;
};
