import { GIVEN_BACK, METRICS, type MetricRow } from '../shared/json/metric.ts';

const inCode = (text: string): string => `\`${text}\``;

const dimensionsOf = ({ by }: MetricRow): string =>
  by.map((names) => (names.length === 0 ? 'in all' : names.map(inCode).join(' and '))).join('; ');

const rowOf = ([name, row]: readonly [string, MetricRow]): string => {
  const cells = [
    inCode(name),
    row.unit,
    dimensionsOf(row),
    row.from.map(inCode).join(', '),
    row.meaning,
  ];
  return `| ${cells.join(' | ')} |`;
};

/** The table of all metrics, for docs/metrics.md. */
export const metricsTable = (): string =>
  [
    '| metric | unit | counted | by | meaning |',
    '|---|---|---|---|---|',
    ...Object.entries(METRICS).map(rowOf),
  ].join('\n');

/** The reasons of `GivenBack`, for docs/metrics.md. */
export const reasonsTable = (): string =>
  [
    '| `reason` | why the message comes back |',
    '|---|---|',
    ...Object.entries(GIVEN_BACK).map(([reason, why]) => `| ${inCode(reason)} | ${why} |`),
  ].join('\n');
