import * as v from 'valibot';
import { DEVELOPMENT_HOOKS } from '../../local/development-hooks.ts';
import { type Hook, hookSchema } from '../../shared/callers/hook-mapping.ts';
import { type Json, parseJson } from '../../shared/json/json.ts';
import { PROJECT } from './messages.ts';

export const jsonOf = (text: string): Json => {
  const parsed = parseJson(text);
  if (!parsed.ok) throw new Error(parsed.detail);
  return parsed.value;
};

/** A mapping as the secret has it. Throws if it has a fault. */
export const hookOf = (mapping: unknown): Hook => v.parse(hookSchema, mapping);

/** What Alertmanager sends: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
export const alertsOf = (...alerts: readonly (readonly [status: string, job: string])[]) => ({
  version: '4',
  groupKey: '{}:{alertname="FlinkJobStuck"}',
  truncatedAlerts: 0,
  status: 'firing',
  receiver: 'job-fanin',
  groupLabels: { alertname: 'FlinkJobStuck' },
  commonLabels: { alertname: 'FlinkJobStuck', project: PROJECT },
  commonAnnotations: {},
  externalURL: 'http://alertmanager.example.com:9093',
  alerts: alerts.map(([status, job], i) => ({
    status,
    labels: { alertname: 'FlinkJobStuck', project: PROJECT, job_id: job },
    annotations: {},
    startsAt: '2026-01-31T11:58:00Z',
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'http://prometheus.example.com/graph',
    fingerprint: `c1d2e3f4a5b6c7d${i}`,
  })),
});

/** One stop for each alert that fires. */
export const ALERTS_MAPPING = DEVELOPMENT_HOOKS['dev-alertmanager'];
