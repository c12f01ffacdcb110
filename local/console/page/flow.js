import {
  callUrl,
  clock,
  count,
  counted,
  h,
  hueOf,
  intentUrl,
  jobUrl,
  percent,
  show,
  showItems,
  span,
  statusText,
} from './dom.js';
import { drawFan, GHOST, inOrder } from './fan.js';
import { hasTrouble, latestBatch, onChange, stackNow, state } from './state.js';
import { during, newIds, sendMany } from './wishes.js';

/** The flow, live. */

const tall = matchMedia('(max-width: 760px)');

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

const lead = (batch) => {
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

const figure = (name, value, note) =>
  h('div', {}, h('dt', {}, name), h('dd', {}, value), h('dd', { class: 'note' }, note));

const figures = ({ jobs, intents, calls, call_jobs, call_room, fewest, p50, p99 }) => [
  figure('Jobs', count(jobs), counted(intents, 'wish', 'wishes')),
  figure('Calls', count(calls), calls === 0 ? '' : `${(call_jobs / calls).toFixed(1)} jobs each`),
  figure('Fill', percent(call_jobs, call_room), 'of the limit'),
  figure(
    'Amplification',
    fewest === 0 ? '–' : `${(calls / fewest).toFixed(2)}×`,
    `fewest: ${count(fewest)}`,
  ),
  figure('Time to verdict', span(p50), `p50 · p99 ${span(p99)}`),
];

const bar = ({ call, operation, jobs, limit, status, fault }) =>
  h(
    'a',
    {
      class: `bar ${hueOf(operation)} ${status === null || status >= 300 ? 'wrong' : ''}`,
      href: callUrl(call),
      'aria-label': `${operation}, ${jobs} of ${limit} jobs, ${statusText({ status, fault })}`,
      title: `${operation} · ${jobs} of ${limit} jobs · ${statusText({ status, fault })}`,
    },
    bars(jobs / limit),
  );

const bars = (share) => {
  const filled = h('i');
  filled.style.width = `${Math.max(4, Math.min(100, share * 100))}%`;
  return filled;
};

const outcomeTags = ({ outcomes, back = 0 }) => [
  ...Object.entries(outcomes).map(([outcome, n]) =>
    h('span', { class: `tag hue ${outcome}` }, `${count(n)} ${outcome}`),
  ),
  back > 0 && h('span', { class: 'tag' }, `${count(back)} back to the queue`),
];

const batchRow = (batch) => {
  const { at, intents, again, calls, call_count: all } = batch;
  const came = again > 0 ? ` (${count(again)} again)` : '';
  return h(
    'li',
    { class: 'batch' },
    h('span', { class: 'soft mono' }, clock(at)),
    h('span', {}, `${counted(intents, 'wish', 'wishes')}${came} → ${counted(all, 'call')}`),
    h('span', { class: 'row' }, outcomeTags(batch)),
    h('span'),
    h('span', { class: 'bars' }, calls.slice(0, 20).map(bar)),
    h('span', { class: 'soft small' }, batch.looks > 0 ? counted(batch.looks, 'look') : ''),
  );
};

const ENTRY = {
  intents: (e) => [
    h('b', {}, counted(e.intents, 'wish', 'wishes')),
    ` by ${e.way}: ${e.operation}, ${counted(e.jobs, 'job')} `,
    h('a', { href: intentUrl(e.intent_id) }, 'latest'),
  ],
  refused: (e) => [
    h('b', {}, `${counted(e.count, 'request')} refused`),
    ` (${e.way}, ${e.status})`,
  ],
  batch: (e) => [
    h('b', {}, `batch ${e.batch}`),
    `: ${counted(e.messages, 'message')}, ${counted(e.jobs, 'job')}${e.again > 0 ? `, ${count(e.again)} again` : ''}`,
  ],
  'batch-end': (e) => [
    `batch ${e.batch} done after ${span(e.ms)}`,
    e.back > 0 ? `; ${counted(e.back, 'message')} back to the queue` : '',
  ],
  call: (e) => [
    h('a', { href: callUrl(e.call) }, 'call'),
    ` ${e.operation}: ${e.jobs} of ${e.limit} jobs`,
  ],
  look: (e) => [
    h('a', { href: callUrl(e.call) }, 'look'),
    ` at ${counted(e.jobs, 'job')} (${e.operation})`,
  ],
  reply: (e) => [
    h('a', { href: callUrl(e.call) }, 'reply'),
    ` to a ${e.of}: `,
    h('b', { class: e.status === null || e.status >= 300 ? 'hue rejected' : '' }, statusText(e)),
    ` after ${span(e.ms)}`,
  ],
  results: (e) => [
    h('b', { class: `hue ${e.outcome}` }, `${count(e.count)} ${e.outcome}`),
    `${e.evidence ? `, ${e.evidence}` : ''}${e.error ? `, ${e.error}` : ''}: ${e.operation} `,
    h('a', { href: jobUrl(e.operation, e.project_id, e.job_id) }, e.job_id),
  ],
};

const logRow = (entry) =>
  h(
    'li',
    {},
    h('time', {}, clock(entry.at)),
    h('span', {}, ENTRY[entry.kind]?.(entry) ?? entry.kind),
  );

const waitRow = ({ why, count: n, until, operation, project_id, job_id }) =>
  h(
    'li',
    { class: 'wait' },
    why === 'others'
      ? h('span', {}, h('b', {}, counted(n, 'more job')), ' that the ledger was not asked about')
      : h(
          'span',
          {},
          h('b', {}, counted(n, 'job')),
          ` of ${operation}: ${why} `,
          h('a', { href: jobUrl(operation, project_id, job_id) }, job_id),
        ),
    h('span', { class: 'count', 'data-until': until }, ''),
  );

const queueText = () => {
  const { visible = 0, hidden = 0, delayed = 0 } = state.queue ?? {};
  const { messages } = state.gathering;
  const parts = [
    `${count(visible)} to be taken`,
    `${count(hidden)} taken`,
    `${count(delayed)} put off`,
  ];
  return `Queue: ${parts.join(', ')}. ${messages > 0 ? `${counted(messages, 'message')} gather for the next batch.` : 'No batch is being gathered.'}`;
};

const sendButton = (say) => {
  const button = h('button', { class: 'main', type: 'button' }, 'Send 200 jobs');
  button.addEventListener('click', () =>
    during(button, async () => {
      say('Sending 200 wishes of one job each.');
      try {
        say(
          `${await sendMany(newIds(200))} wishes were taken. The batch closes within ${state.about?.batch_window_seconds ?? 1} s.`,
        );
      } catch (error) {
        say(error.message);
      }
    }),
  );
  return button;
};

/** The countdown of waits, and the ring of the window: both by the stack's clock. */
const tick = (root) => {
  const now = stackNow();
  for (const one of root.querySelectorAll('[data-until]')) {
    const left = Number(one.dataset.until) - now;
    one.textContent = left > 0 ? `${Math.ceil(left / 1000)} s` : 'now';
  }
  const ring = root.querySelector('#window-ring');
  const { closesAt } = state.gathering;
  const whole = (state.about?.batch_window_seconds ?? 1) * 1000;
  const share = closesAt === undefined ? 0 : Math.max(0, Math.min(1, (closesAt - now) / whole));
  ring?.setAttribute('stroke-dasharray', `${share} 1`);
  ring?.toggleAttribute('hidden', share === 0);
};

const makeParts = () => {
  const said = h('p', { class: 'small soft', role: 'status' });
  return {
    said,
    lead: h('div'),
    banner: h('div'),
    fan: h('section', { class: 'panel fan', 'aria-label': 'The latest batch' }),
    figures: h('dl', { class: 'panel figures' }),
    batches: h('ol', {
      class: 'list scroll live',
      tabindex: 0,
      'aria-label': 'Batches, the latest first',
    }),
    queue: h('p', { class: 'small soft' }),
    waiting: h('ul', {
      class: 'list live waits',
      tabindex: 0,
      'aria-label': 'What waits, and why',
    }),
    log: h('ol', {
      class: 'list log scroll live',
      tabindex: 0,
      'aria-label': 'What happens, the latest first',
    }),
  };
};

const showFan = (part, batch) => {
  const { messages } = state.gathering;
  const key = JSON.stringify([batch, messages, tall.matches]);
  const before = part.dataset.batch;
  const changed = show(part, key, () =>
    drawFan(batch ?? GHOST, state.gathering, tall.matches, batch === undefined),
  );
  if (!changed) return;
  part.dataset.batch = `${batch?.batch}`;
  part.classList.toggle('ghost', batch === undefined);
  part.classList.toggle('fresh', batch !== undefined && before !== part.dataset.batch);
};

const NONE = {
  jobs: 0,
  intents: 0,
  calls: 0,
  call_jobs: 0,
  call_room: 0,
  fewest: 0,
  p50: null,
  p99: null,
};

const showAll = (parts) => {
  const batch = latestBatch();
  show(parts.lead, JSON.stringify([batch, state.figures?.outcomes]), () => lead(batch));
  const told = hasTrouble();
  show(
    parts.banner,
    String(told),
    () =>
      told &&
      h(
        'p',
        { class: 'panel banner' },
        'The simulated upstream was told to make trouble. ',
        h('a', { href: '#/break' }, 'See what, and put it back'),
      ),
  );
  showFan(parts.fan, batch);
  const told2 = state.figures ?? NONE;
  show(parts.figures, JSON.stringify(told2), () => figures(told2));
  const batches = [...state.batches.values()].toReversed();
  showItems(parts.batches, batches, batchRow, 'A batch appears here as soon as a job was sent.');
  show(parts.queue, queueText(), () => [document.createTextNode(queueText())]);
  show(parts.waiting, JSON.stringify(state.waiting), () =>
    state.waiting.length === 0
      ? h('li', { class: 'empty' }, 'Nothing waits.')
      : state.waiting.map(waitRow),
  );
  showItems(parts.log, state.entries.toReversed(), logRow, 'Nothing has happened yet.');
};

const liveTitle = (name) =>
  h('h2', {}, name, h('span', { class: 'held' }, ': held still while you are on it'));

/** Shows the flow; returns the end of its updates. */
export const showFlow = (root) => {
  const parts = makeParts();
  const say = (text) => {
    parts.said.textContent = text;
  };
  root.replaceChildren(
    parts.banner,
    h(
      'div',
      { class: 'between lead still' },
      parts.lead,
      h('div', { class: 'act' }, sendButton(say), parts.said),
    ),
    parts.fan,
    parts.figures,
    h(
      'section',
      { class: 'panel' },
      h('div', { class: 'between' }, liveTitle('Waiting'), parts.queue),
      parts.waiting,
    ),
    h(
      'div',
      { class: 'half' },
      h('section', { class: 'panel' }, liveTitle('Batches'), parts.batches),
      h('section', { class: 'panel' }, liveTitle('As it happens'), parts.log),
    ),
  );
  let asked = 0;
  const refresh = () => {
    asked ||= requestAnimationFrame(() => {
      asked = 0;
      showAll(parts);
      tick(root);
    });
  };
  const ends = [onChange(refresh)];
  const timer = setInterval(() => {
    tick(root);
    if (root.querySelector('[data-late]') !== null) refresh();
  }, 200);
  tall.addEventListener('change', refresh);
  showAll(parts);
  return () => {
    for (const end of ends) end();
    clearInterval(timer);
    cancelAnimationFrame(asked);
    tall.removeEventListener('change', refresh);
  };
};
