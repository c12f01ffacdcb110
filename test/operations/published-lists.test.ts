import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { logLinesTable, troublesTable } from '../../build/logs-page.ts';
import { metricsTable, reasonsTable } from '../../build/metrics-page.ts';
import { operationNames, operationsTable } from '../../build/operation-lists.ts';
import { SIMULATED } from '../../local/upstream/operations/index.ts';
import { OPERATIONS, operations } from '../../shared/operations/index.ts';

const read = (path: string): string =>
  readFileSync(join(import.meta.dirname, '../..', path), 'utf8');

describe('what is published as a list is what there is (`npm run lists` writes it)', () => {
  it('the schema of results names them all', () => {
    expect(JSON.parse(read('docs/result.schema.json')).properties.operation.enum).toEqual(
      operationNames,
    );
  });

  it('the README has a row for each', () => {
    expect(read('README.md')).toContain(operationsTable());
  });

  it('the page of metrics has a row for each, and for each reason', () => {
    expect(read('docs/logs.md')).toContain(logLinesTable());
    expect(read('docs/logs.md')).toContain(troublesTable());
    expect(read('docs/metrics.md')).toContain(metricsTable());
    expect(read('docs/metrics.md')).toContain(reasonsTable());
  });
});

describe('each row stands under its own name', () => {
  it('in the table of operations', () => {
    for (const [name, row] of Object.entries(OPERATIONS)) expect(row.name).toBe(name);
  });

  it('and the simulator plays it at the same place', () => {
    for (const { name, service, method, path } of operations) {
      const simulated = SIMULATED[name];
      expect({
        ...simulated,
        path: simulated.path.replace('{project}', '{project_id}'),
      }).toMatchObject({ service, method, path });
    }
  });
});
