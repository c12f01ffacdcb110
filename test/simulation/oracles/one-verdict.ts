import type { Oracle } from './oracle.ts';

/** P2: all events of one (intent, job) say the same, and have the same id. */
export const oneVerdict: Oracle = {
  promise: 'P2 one verdict',
  *check({ steps }) {
    const verdicts = new Map<string, string>();
    for (const step of steps) {
      if (step.kind !== 'published') continue;
      const {
        result_id: id,
        intent_id,
        job_id,
        outcome,
        evidence,
        error,
        superseded_by,
      } = step.result;
      if (id !== `${intent_id}/${job_id}`) yield `${id} is not the id of ${intent_id}/${job_id}`;
      const said = JSON.stringify([outcome, evidence, error, superseded_by]);
      const first = verdicts.get(id) ?? said;
      verdicts.set(id, first);
      if (first !== said) yield `${id} was ${first}, then ${said}`;
    }
  },
};
