import { ask } from './api.js';

/** Sends wishes as many callers would: each with one job, by several ways in. */

export const PROJECT = '054ba152d480d55b2f5dc0069e7ddef0';

/** New ids each time: a job that runs already needs no call. */
export const newIds = (n) => {
  const base = 100_000_000 + Math.floor(Math.random() * 800_000_000);
  return Array.from({ length: n }, (_, i) => String(base + i));
};

/** The stack plays a caller for each job. Resolves to how many wishes were taken. */
export const sendMany = async (jobs) => {
  const text = JSON.stringify({ project_id: PROJECT, jobs });
  const { body } = await ask('/local/console/callers', { method: 'POST', text });
  return body.taken;
};

/** Runs work, while the button that began it cannot be pressed again. */
export const during = async (button, work) => {
  button.disabled = true;
  try {
    return await work();
  } finally {
    button.disabled = false;
  }
};
