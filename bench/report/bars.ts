/** One line of the picture: two bars. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly other: number;
}

const WIDTH = 760;
const LEFT = 210;
const RIGHT = 60;
const ROW = 44;
const TOP = 64;
const COLOURS = ['#1f77b4', '#9ecae1'] as const;

const FRAME =
  'xmlns="http://www.w3.org/2000/svg" font-family="system-ui, sans-serif" font-size="13"';

/** Text of figures and names alone, but a name may have an ampersand. */
const inXml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const shown = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(1));

/** Two bars for each name, on a logarithmic axis. The background is white, so that it can be read in a dark theme too. */
export const barsOf = (
  bars: readonly Bar[],
  title: string,
  [first, second]: readonly [string, string],
): string => {
  const values = bars.flatMap(({ value, other }) => [value, other]).filter((it) => it > 0);
  const least = 10 ** Math.floor(Math.log10(Math.min(...values)));
  const most = 10 ** Math.ceil(Math.log10(Math.max(...values)));
  const xOf = (value: number): number =>
    (Math.log(value / least) / Math.log(most / least)) * (WIDTH - LEFT - RIGHT);
  const height = TOP + bars.length * ROW + 12;
  const barOf = (value: number, y: number, colour: string): string =>
    Number.isFinite(value)
      ? `<rect x="${LEFT}" y="${y}" width="${xOf(value).toFixed(1)}" height="15" fill="${colour}"/>` +
        `<text x="${(LEFT + xOf(value) + 6).toFixed(1)}" y="${y + 12}">${shown(value)}</text>`
      : '';
  const rows = bars.map(({ name, value, other }, i) => {
    const y = TOP + i * ROW;
    return (
      `<text x="${LEFT - 10}" y="${y + 20}" text-anchor="end">${inXml(name)}</text>` +
      barOf(value, y, COLOURS[0]) +
      barOf(other, y + 17, COLOURS[1])
    );
  });
  const legend = [first, second].map(
    (text, i) =>
      `<rect x="${LEFT + i * 160}" y="38" width="12" height="12" fill="${COLOURS[i] ?? ''}"/>` +
      `<text x="${LEFT + i * 160 + 18}" y="49">${inXml(text)}</text>`,
  );
  return [
    `<svg ${FRAME} width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}">`,
    `<title>${inXml(title)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="${LEFT}" y="24" font-weight="bold">${inXml(title)} (logarithmic)</text>`,
    ...legend,
    ...rows,
    '</svg>',
    '',
  ].join('\n');
};
