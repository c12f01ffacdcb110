/**
 * Cuts a list into packs of at most `maxCount` items and `maxBytes` together, in order. An item that is larger than a
 * pack goes alone: whoever takes packs then refuses it, and it alone.
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
