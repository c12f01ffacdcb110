/** A line of the picture. Both axes are logarithmic. */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Labels {
  readonly title: string;
  readonly x: string;
  readonly y: string;
}

const [WIDTH, HEIGHT] = [760, 360];
const [LEFT, RIGHT, TOP, BOTTOM] = [64, 130, 48, 48];
const COLOURS = ['#1f77b4', '#d62728', '#2ca02c', '#9467bd'];

/** A logarithmic axis from `from` to `to`, over whole powers of ten, with its marks. */
const axisOver = (values: readonly number[], from: number, to: number) => {
  const least = Math.floor(Math.log10(Math.min(...values)));
  const most = Math.max(least + 1, Math.ceil(Math.log10(Math.max(...values))));
  const at = (value: number): number =>
    from + ((Math.log10(value) - least) / (most - least)) * (to - from);
  const marks = Array.from({ length: most - least + 1 }, (_, i) => 10 ** (least + i));
  return { at, marks };
};

const text = (x: number, y: number, what: string, more = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${what}</text>`;

const gridOf = (xs: ReturnType<typeof axisOver>, ys: ReturnType<typeof axisOver>) => [
  ...xs.marks.map((mark) => {
    const x = xs.at(mark).toFixed(1);
    return (
      `<line x1="${x}" y1="${TOP}" x2="${x}" y2="${HEIGHT - BOTTOM}" stroke="#ddd"/>` +
      text(xs.at(mark), HEIGHT - BOTTOM + 18, mark.toLocaleString('en'), 'text-anchor="middle"')
    );
  }),
  ...ys.marks.map((mark) => {
    const y = ys.at(mark).toFixed(1);
    return (
      `<line x1="${LEFT}" y1="${y}" x2="${WIDTH - RIGHT}" y2="${y}" stroke="#ddd"/>` +
      text(LEFT - 8, ys.at(mark) + 4, mark.toLocaleString('en'), 'text-anchor="end"')
    );
  }),
];

/** Lines over logarithmic axes, each named at its end. The background is white, so that it can be read in a dark theme. */
export const linesOf = (lines: readonly Line[], { title, x, y }: Labels): string => {
  const all = lines.flatMap(({ points }) => points);
  const xs = axisOver(
    all.map(([value]) => value),
    LEFT,
    WIDTH - RIGHT,
  );
  const ys = axisOver(
    all.map(([, value]) => value),
    HEIGHT - BOTTOM,
    TOP,
  );
  const drawn = lines.map(({ name, points }, i) => {
    const path = points.map(([a, b]) => `${xs.at(a).toFixed(1)},${ys.at(b).toFixed(1)}`).join(' ');
    const colour = COLOURS[i % COLOURS.length];
    const legend = text(WIDTH - RIGHT + 10, TOP + 16 + i * 20, name, `fill="${colour}"`);
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${legend}`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" font-family="system-ui, sans-serif" font-size="13" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}">`,
    `<title>${title}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(LEFT, 24, title, 'font-weight="bold"'),
    ...gridOf(xs, ys),
    ...drawn,
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, x, 'text-anchor="middle"'),
    text(14, TOP - 12, y),
    '</svg>',
    '',
  ].join('\n');
};
