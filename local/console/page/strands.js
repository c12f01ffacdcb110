import { s } from './dom.js';

/** The lines of the picture, and how they are spread. */

export const spread = (n, from, to) =>
  Array.from({ length: n }, (_, i) =>
    n === 1 ? (from + to) / 2 : from + ((to - from) * i) / (n - 1),
  );

export const strand = (swap, a, b, hue) => {
  const bend = (a.along + b.along) / 2;
  const p = (along, across) => (swap ? `${across},${along}` : `${along},${across}`);
  const d = `M${p(a.along, a.across)}C${p(bend, a.across)} ${p(bend, b.across)} ${p(b.along, b.across)}`;
  return s('path', { class: `strand ${hue}`, d, pathLength: 1 });
};
