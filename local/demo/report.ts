import type { UpstreamCall } from '../upstream/simulator.ts';
import type { Detail } from './results.ts';
import type { Sent } from './send-sample.ts';
import { table } from './table.ts';

const requestsTable = (sent: readonly Sent[]): string =>
  table(
    ['sample', 'way in', 'answer'],
    sent.map(({ file, way, answer }) => [file, way, answer]),
  );

const callsTable = (calls: readonly UpstreamCall[]): string =>
  table(
    ['operation', 'options', 'status', 'jobs'],
    calls.map(({ operation, options, status, job_ids }) => [
      operation,
      JSON.stringify(options),
      String(status ?? 'none'),
      job_ids.join(', '),
    ]),
  );

/** Ids of the same instant differ in their ends. */
const short = (id: string): string => `…${id.slice(-12)}`;

const resultsTable = (results: readonly Detail[]): string =>
  table(
    ['intent', 'operation', 'job', 'outcome', 'rests on'],
    results
      .toSorted((a, b) => (a.intent_id + a.job_id < b.intent_id + b.job_id ? -1 : 1))
      .map(({ intent_id, operation, job_id, outcome, evidence, superseded_by, call }) => [
        short(intent_id),
        operation,
        job_id,
        outcome,
        superseded_by
          ? `intent ${short(superseded_by)}`
          : `${evidence ?? 'nothing'}, a call of ${call?.size ?? 0}`,
      ]),
  );

/** What went in, which calls it took, and what came of each job. */
export const reportOf = (
  sent: readonly Sent[],
  calls: readonly UpstreamCall[],
  results: readonly Detail[],
): string =>
  [
    `\nRequests\n\n${requestsTable(sent)}\n`,
    `Calls upstream\n\n${callsTable(calls)}\n`,
    `Results on the bus\n\n${resultsTable(results)}\n`,
  ].join('\n');
