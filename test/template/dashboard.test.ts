import * as v from 'valibot';
import { beforeAll, describe, expect, test } from 'vitest';
import { METRICS, type MetricRow } from '../../shared/json/metric.ts';
import { readAlarm } from '../support/alarms.ts';
import { packageOfRun, type Template } from './package-service.ts';
import { readTemplate } from './read-template.ts';

const axis = v.strictObject({
  left: v.strictObject({ min: v.optional(v.number()), max: v.optional(v.number()) }),
});

const stat = v.pipe(v.string(), v.regex(/^(Sum|Maximum|Minimum|Average|p\d{1,2}(\.\d+)?)$/));

const rendering = {
  id: v.optional(v.pipe(v.string(), v.regex(/^[a-z]\w*$/))),
  visible: v.optional(v.boolean()),
  label: v.optional(v.string()),
  stat: v.optional(stat),
  yAxis: v.optional(v.picklist(['left', 'right'])),
};

const expression = v.strictObject({ ...rendering, expression: v.string() });

const metricWidget = v.strictObject({
  title: v.string(),
  region: v.literal('a-region'),
  view: v.literal('timeSeries'),
  period: v.literal(300),
  stat: v.optional(stat),
  stacked: v.optional(v.boolean()),
  metrics: v.array(v.array(v.union([v.string(), expression, v.strictObject(rendering)]))),
  yAxis: v.optional(axis),
  annotations: v.optional(
    v.strictObject({
      horizontal: v.array(v.strictObject({ label: v.string(), value: v.number() })),
    }),
  ),
});

const place = {
  x: v.pipe(v.number(), v.minValue(0), v.maxValue(23)),
  y: v.pipe(v.number(), v.minValue(0)),
  width: v.pipe(v.number(), v.minValue(1), v.maxValue(24)),
  height: v.pipe(v.number(), v.minValue(1), v.maxValue(1_000)),
};

const widget = v.variant('type', [
  v.strictObject({
    type: v.literal('text'),
    ...place,
    properties: v.strictObject({ markdown: v.string() }),
  }),
  v.strictObject({ type: v.literal('metric'), ...place, properties: metricWidget }),
  v.strictObject({
    type: v.literal('alarm'),
    ...place,
    properties: v.strictObject({
      title: v.string(),
      alarms: v.pipe(v.array(v.string()), v.maxLength(100)),
    }),
  }),
]);

/**
 * A dashboard's body, as far as ours uses it. At most 500 widgets.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
const bodySchema = v.strictObject({ widgets: v.pipe(v.array(widget), v.maxLength(500)) });

let template: Template;
beforeAll(async () => {
  ({ template } = await packageOfRun());
});

const substituted = v.object({ DashboardBody: v.object({ 'Fn::Sub': v.string() }) });

/** The text that CloudFormation fills in, and the references in it. */
const textOf = () => {
  const { only } = readTemplate(template);
  const text = v.parse(substituted, only('AWS::CloudWatch::Dashboard')).DashboardBody['Fn::Sub'];
  const references = [...text.matchAll(/\$\{([^}]+)\}/g)].map(([, name = '']) => name);
  return { text, references };
};

const bodyOf = () => {
  const filled = textOf().text.replaceAll(/\$\{([^}]+)\}/g, (_, name) =>
    name === 'AWS::Region' ? 'a-region' : name,
  );
  return v.parse(bodySchema, JSON.parse(filled));
};

const metricWidgets = () =>
  bodyOf().widgets.flatMap((one) => (one.type === 'metric' ? [one.properties] : []));

type Query = v.InferOutput<typeof metricWidget>['metrics'][number];

/** Namespace, name and dimensions of a query; undefined for an expression. */
const metricIn = (query: Query) => {
  const texts = query.filter((one) => typeof one === 'string');
  const [namespace, name, ...pairs] = texts;
  if (namespace === undefined || name === undefined) return undefined;
  const dimensions = Object.fromEntries(
    pairs.flatMap((text, i) => (i % 2 === 0 ? [[text, pairs[i + 1] ?? '']] : [])),
  );
  return { namespace, name, dimensions };
};

const queried = () =>
  metricWidgets().flatMap(({ metrics }) =>
    metrics.map(metricIn).filter((metric) => metric !== undefined),
  );

const searched = () =>
  metricWidgets()
    .flatMap(({ metrics }) => metrics.flat())
    .flatMap((one) => (typeof one === 'object' && 'expression' in one ? [one.expression] : []));

describe('the dashboard', () => {
  test('has a body of the documented structure', () => {
    expect(bodyOf().widgets.length).toBeGreaterThan(20);
  });

  test('names only resources that are there', () => {
    const names = textOf().references.map((name) => name.split('.')[0] ?? '');
    const known = [...Object.keys(template.Resources), 'AWS::Region'];
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
  });

  test('has its widgets side by side, and none over another', () => {
    const { widgets } = bodyOf();
    for (const one of widgets) expect(one.x + one.width).toBeLessThanOrEqual(24);
    const overlaps = widgets.flatMap((a, i) =>
      widgets
        .slice(i + 1)
        .filter(
          (b) =>
            a.x < b.x + b.width &&
            b.x < a.x + a.width &&
            a.y < b.y + b.height &&
            b.y < a.y + a.height,
        ),
    );
    expect(overlaps).toEqual([]);
  });

  test('shows first what callers notice, and then the flow in its order', () => {
    const headings = bodyOf().widgets.flatMap((one) =>
      one.type === 'text' ? [one.properties.markdown] : [],
    );
    expect(headings).toEqual([
      '## What callers notice',
      '## Ways in',
      '## Queue',
      '## Calls',
      '## Results',
      '## What the functions stand on',
    ]);
    expect(
      metricWidgets()
        .slice(0, 2)
        .map(({ title }) => title),
    ).toEqual([
      expect.stringMatching(/^Accept availability/),
      expect.stringMatching(/^Time to verdict/),
    ]);
  });

  test('draws metrics that a function writes, by the dimensions that it writes', () => {
    const rows: Readonly<Record<string, MetricRow>> = METRICS;
    for (const { namespace, name, dimensions } of queried()) {
      if (namespace.startsWith('AWS/')) continue;
      const { service, ...rest } = dimensions;
      expect([namespace, rows[name]?.from]).toEqual([
        'job-fanin-dev',
        expect.arrayContaining([service]),
      ]);
      expect(rows[name]?.by.map((names) => names.toSorted())).toContainEqual(
        Object.keys(rest).toSorted(),
      );
    }
  });

  test('searches for metrics by the dimensions that they have', () => {
    const rows: Readonly<Record<string, MetricRow>> = METRICS;
    const found = searched().flatMap((text) => [
      ...text.matchAll(/^SEARCH\('\{job-fanin-dev,service,([\w,]+)\} MetricName="(\w+)"'/g),
    ]);
    expect(found.length).toBe(2);
    for (const [, names = '', name = ''] of found)
      expect(rows[name]?.by).toContainEqual(names.split(','));
  });

  test('has each alarm', () => {
    const { all } = readTemplate(template);
    const shown = bodyOf().widgets.flatMap((one) =>
      one.type === 'alarm' ? one.properties.alarms : [],
    );
    const there = Object.keys(all('AWS::CloudWatch::Alarm')).map((id) => `${id}.Arn`);
    expect(shown.toSorted()).toEqual(there.toSorted());
  });
});

test('each metric is on the dashboard, or in an alarm', () => {
  const { all } = readTemplate(template);
  const inAlarms = Object.entries(all('AWS::CloudWatch::Alarm')).flatMap(([id, properties]) =>
    Object.values(readAlarm(id, properties).metrics).map(({ MetricName }) => MetricName),
  );
  const drawn = queried().map(({ name }) => name);
  const found = searched().flatMap((text) => [...text.matchAll(/MetricName="(\w+)"/g)]);
  const shown = new Set([...inAlarms, ...drawn, ...found.map(([, name]) => name)]);
  expect(Object.keys(METRICS).filter((name) => !shown.has(name))).toEqual([]);
});
