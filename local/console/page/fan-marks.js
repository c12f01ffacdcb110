import { callUrl, count, hueOf, s, statusText } from './dom.js';
import { spread, strand } from './strands.js';

/** The calls of the picture, and its outcomes. */

export const drawCall = (mark, across, { place, step, calls }, isTall, isGhost) => {
  const [width, height] = isTall ? [step - 8, 20] : [118, 24];
  const [x, y] = isTall ? [across - width / 2, place.calls] : [place.calls, across - height / 2];
  const hue = hueOf(mark.operation);
  const share = Math.max(0.02, Math.min(1, mark.jobs / mark.limit));
  const label = `${mark.operation}, ${mark.jobs} of ${mark.limit}: ${statusText(mark)}`;
  const [tx, ty, anchor] = isTall ? [across, y + height + 15, 'middle'] : [x, y - 6, 'start'];
  const text = isGhost
    ? s('text', { class: 'soft', x: tx, y: ty, 'text-anchor': anchor }, 'one call')
    : s(
        'text',
        { x: tx, y: ty, 'text-anchor': anchor },
        isTall ? (calls > 4 ? `${mark.jobs}` : `${mark.jobs} of ${mark.limit}`) : label,
      );
  const block = [
    s('rect', { class: 'room', x, y, width, height, rx: 5 }),
    s('rect', {
      class: `filled ${hue}`,
      x,
      y,
      width: width * share,
      height,
      rx: 5,
      opacity: isGhost ? 0.3 : 1,
    }),
    text,
  ];
  if (isGhost) return s('g', { class: 'late' }, block);
  return s('a', { class: 'late', href: callUrl(mark.call), 'aria-label': `Call ${label}` }, block);
};

export const drawOutcomes = (batch, place, isTall, middle, ends, isGhost) => {
  const outcomes = Object.entries(batch.outcomes);
  // Side by side on a phone, the names need more room than one above the other.
  const half = isTall ? Math.min(58 * (outcomes.length - 1), 120) : 34 * (outcomes.length - 1);
  const across = spread(outcomes.length, middle - half, middle + half);
  return outcomes.flatMap(([outcome, n], i) => {
    const at = { along: place.results, across: across[i] };
    const [x, y] = isTall
      ? [at.across, place.results + (outcomes.length > 3 && i % 2 === 1 ? 38 : 22)]
      : [place.results + 14, at.across + 5];
    const anchor = isTall ? 'middle' : 'start';
    return [
      ...ends.map((end) => strand(isTall, end, at, outcome)),
      s('circle', {
        class: `dot late ${outcome}`,
        r: 5,
        opacity: isGhost ? 0.45 : 1,
        ...(isTall ? { cx: at.across, cy: at.along } : { cx: at.along, cy: at.across }),
      }),
      s(
        'text',
        { class: isGhost ? 'soft' : 'late', x, y, 'text-anchor': anchor },
        isGhost ? 'a result each' : `${count(n)} ${outcome}`,
      ),
    ];
  });
};
