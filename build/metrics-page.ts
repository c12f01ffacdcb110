import { GIVEN_BACK, METRIC_MEANINGS, METRICS, type MetricRow } from '../shared/json/metric.ts';

const inCode = (text: string): string => `\`${text}\``;

const dimensionsOf = ({ by }: MetricRow): string =>
  by.map((names) => (names.length === 0 ? 'in all' : names.map(inCode).join(' and '))).join('; ');

const rows: ReadonlyMap<string, MetricRow> = new Map(Object.entries(METRICS));

const rowOf = ([name, meaning]: readonly [string, string]): string => {
  const row = rows.get(name);
  if (row === undefined) throw new Error(`no metric ${name}`);
  const cells = [
    inCode(name),
    row.unit,
    dimensionsOf(row),
    row.from.map(inCode).join(', '),
    meaning,
  ];
  return `| ${cells.join(' | ')} |`;
};

/** The table of all metrics, for docs/metrics.md. */
export const metricsTable = (): string =>
  [
    '| metric | unit | counted | by | meaning |',
    '|---|---|---|---|---|',
    ...Object.entries(METRIC_MEANINGS).map(rowOf),
  ].join('\n');

/** The reasons of `GivenBack`, for docs/metrics.md. */
export const reasonsTable = (): string =>
  [
    '| `reason` | why the message comes back |',
    '|---|---|',
    ...Object.entries(GIVEN_BACK).map(([reason, why]) => `| ${inCode(reason)} | ${why} |`),
  ].join('\n');
