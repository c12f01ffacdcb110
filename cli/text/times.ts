/** A count with its noun: `1 job`, `2 jobs`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

const UNITS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
] as const;

/** A span in its two largest units: `2 h 5 min`. `ms` is never negative. */
export const spanOf = (ms: number): string => {
  const seconds = Math.round(ms / 1_000);
  const at = UNITS.findIndex(([size]) => seconds >= size);
  if (at < 0) return '0 s';
  const [size, unit] = UNITS[at] ?? [1, 's'];
  const [nextSize, nextUnit] = UNITS[at + 1] ?? [1, ''];
  const rest = Math.floor((seconds % size) / nextSize);
  const first = `${Math.floor(seconds / size)} ${unit}`;
  return nextUnit === '' || rest === 0 ? first : `${first} ${rest} ${nextUnit}`;
};

/** An instant to the second in UTC: `2026-11-28 16:40:03Z`. */
export const instantOf = (at: number): string =>
  `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')}Z`;

/** An instant, and how far it is from now. */
export const instantFrom = (at: number, now: number): string =>
  at >= now
    ? `${instantOf(at)} (in ${spanOf(at - now)})`
    : `${instantOf(at)} (${spanOf(now - at)} ago)`;
