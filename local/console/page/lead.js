import { count, counted, h, span } from './dom.js';
import { state } from './state.js';
import { inOrder } from './ways.js';

/** The words above the picture: what the latest batch came to. */

const withComma = (parts) =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;

const waysText = ({ ways }) =>
  withComma(
    inOrder(ways).map(([way, n]) =>
      way === 'queue' ? `${count(n)} from before` : `${count(n)} by ${way}`,
    ),
  );

/** How it stands with what went back: a batch alone does not tell how its jobs ended. */
const standing = ({ jobs = 0, outcomes = {} } = {}) => {
  const open = jobs - Object.values(outcomes).reduce((sum, n) => sum + n, 0);
  return open > 0
    ? ` ${counted(open, 'job waits', 'jobs wait')} for a verdict.`
    : ' By now all jobs have their verdict.';
};

export const lead = (batch) => {
  if (batch === undefined)
    return [
      h('h1', {}, 'Many wishes, few calls.'),
      h(
        'p',
        {},
        'Callers each want a few jobs run or stopped. job-fanin answers every one at once, gathers what they want, and asks the upstream in as few batch calls as it takes. Nothing has been sent yet: try it.',
      ),
    ];
  const { intents, call_count: calls, jobs, looks, observed, back, ms } = batch;
  const apart = batch.again > 0 ? ` ${counted(batch.again, 'message')} came back from before.` : '';
  const looked =
    looks > 0
      ? ` ${counted(looks, 'look')} at jobs took the place of a risky repeat${observed > 0 ? `, and settled ${count(observed)}` : ''}.`
      : '';
  const ended =
    ms === undefined
      ? ' It is under way.'
      : ` It took ${span(ms)}.${back > 0 ? ` ${counted(back, 'message')} went back to the queue.${standing(state.figures)}` : ''}`;
  return [
    h('h1', {}, `${counted(intents, 'wish', 'wishes')} became ${counted(calls, 'call')}.`),
    h(
      'p',
      {},
      `${batch.first < batch.batch ? `Batches ${batch.first} to ${batch.batch}` : `Batch ${batch.batch}`}: ${waysText(batch)}, for ${counted(jobs, 'job')}.${apart}${looked}${ended}`,
    ),
  ];
};
