import type { Hook } from '../shared/callers/hook-mapping.ts';

/** The mapping of each development caller with a hook. The samples of `events/accept-http` fit them. */
export const DEVELOPMENT_HOOKS = {
  /** A deployment that failed stops the jobs in its payload: https://docs.github.com/en/webhooks/webhook-events-and-payloads#deployment_status */
  'dev-github': {
    when: [{ body: '/deployment_status/state', is: ['failure', 'error'] }],
    intent: {
      operation: 'dli.stop',
      project_id: '054ba152d480d55b2f5dc0069e7ddef0',
      jobs: { body: '/deployment/payload/job_ids' },
      correlation_id: { body: '/deployment_status/id' },
    },
  },
  /** Each alert that fires stops its job: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
  'dev-alertmanager': {
    each: '/alerts',
    when: [{ item: '/status', is: 'firing' }],
    intent: {
      operation: 'dli.stop',
      project_id: { body: '/commonLabels/project' },
      jobs: [{ item: '/labels/job_id' }],
      options: { trigger_savepoint: true },
      correlation_id: { item: '/fingerprint' },
    },
    key: [{ item: '/fingerprint' }, { item: '/startsAt' }],
  },
  /** The data of the webhook is an intent. */
  'dev-webhook': { intent: { body: '/data' } },
} as const satisfies Readonly<Record<string, Hook>>;
