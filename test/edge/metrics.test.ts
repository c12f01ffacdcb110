import { describe, expect, it, vi } from 'vitest';
import { makeMetrics, readMetricsConfig } from '../../shared/edge/metrics.ts';
import { METRIC_MEANINGS, METRICS, type MetricRow } from '../../shared/json/metric.ts';
import { readMetrics } from '../support/emf.ts';
import { keptLog } from '../support/logs.ts';

/** A function that counts, and what it wrote to stdout. */
const begin = (namespace: string | null = 'job-fanin-test') => {
  const { log } = keptLog();
  const options = { namespace: namespace ?? undefined, log };
  const { measure, measured } = makeMetrics(options, 'control-jobs');
  const run = async (count: () => void, fails = false): Promise<string> => {
    const written: string[] = [];
    const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
    const handler = measured(async () => {
      count();
      if (fails) throw new Error('the handler failed');
    });
    await handler().catch(() => undefined);
    stdout.mockRestore();
    return written.join('');
  };
  return { measure, run };
};

describe('metrics are written at the end of an invocation, in the embedded metric format', () => {
  it('by the function, and by their own dimensions', async () => {
    const { measure, run } = begin();
    const stdout = await run(() => {
      measure('Results', 3, { operation: 'dli.run', outcome: 'delivered' });
      measure('OldestOpenIntent', 90);
    });
    const points = readMetrics(stdout).map(({ at: _, ...point }) => point);
    const common = { namespace: 'job-fanin-test', name: 'Results', unit: 'Count', values: [3] };
    const dimensions = { service: 'control-jobs', outcome: 'delivered' };
    expect(points).toEqual([
      { ...common, dimensions },
      { ...common, dimensions: { ...dimensions, operation: 'dli.run' } },
      {
        namespace: 'job-fanin-test',
        name: 'OldestOpenIntent',
        unit: 'Seconds',
        values: [90],
        dimensions: { service: 'control-jobs' },
      },
    ]);
  });

  it('also by one that fails', async () => {
    const { measure, run } = begin();
    const stdout = await run(() => measure('LedgerFailures', 1), true);
    expect(readMetrics(stdout)).toMatchObject([{ name: 'LedgerFailures', values: [1] }]);
  });

  it('not through the console, which Lambda’s JSON log format wraps', async () => {
    const { measure, run } = begin();
    for (const level of ['log', 'info', 'warn', 'error'] as const)
      vi.spyOn(console, level).mockImplementation(() => {
        throw new Error('the console was used');
      });
    expect(readMetrics(await run(() => measure('LooksSent', 2)))).toHaveLength(1);
  });

  it('each once', async () => {
    const { measure, run } = begin();
    await run(() => measure('LooksSent', 2));
    expect(await run(() => undefined)).toBe('');
  });

  it('with every value, in as many lines as it takes', async () => {
    const { measure, run } = begin();
    const many = Array.from({ length: 250 }, (_, i) => i);
    const stdout = await run(() => {
      measure('LooksSent', 1);
      for (const one of many) measure('QueueWait', one, { operation: 'dli.run' });
    });
    const waits = readMetrics(stdout).filter(({ name }) => name === 'QueueWait');
    const byOperation = waits.filter(({ dimensions }) => 'operation' in dimensions);
    expect(byOperation.flatMap(({ values }) => values)).toEqual(many);
    expect(waits).toHaveLength(2 * byOperation.length);
  });

  it('nowhere without a namespace', async () => {
    const { measure, run } = begin(null);
    expect(await run(() => measure('LooksSent', 1))).toBe('');
  });
});

describe('the table of metrics', () => {
  const rows: readonly (readonly [string, MetricRow])[] = Object.entries(METRICS);

  it('has names and meanings of one form', () => {
    for (const [name, { from }] of rows) {
      expect(name).toMatch(/^[A-Z][A-Za-z]+$/);
      expect(from.length).toBeGreaterThan(0);
    }
    for (const meaning of Object.values(METRIC_MEANINGS)) expect(meaning).toMatch(/^[A-Z][^|]*\.$/);
  });

  it('splits no metric by an id', () => {
    const names = new Set(rows.flatMap(([, { by }]) => by.flat()));
    expect([...names].toSorted()).toEqual(['operation', 'outcome', 'reason']);
  });
});

describe('METRICS_NAMESPACE', () => {
  it.each(['job-fanin-prod', 'Team/JobFanin'])('may be %s', (namespace) => {
    expect(readMetricsConfig({ METRICS_NAMESPACE: namespace })).toBe(namespace);
  });

  it.each(['job fanin', 'ü', 'x'.repeat(256)])('must not be %s', (namespace) => {
    expect(() => readMetricsConfig({ METRICS_NAMESPACE: namespace })).toThrow(
      'METRICS_NAMESPACE must be a namespace of CloudWatch',
    );
  });
});
