import { batchRow } from './batch-row.js';
import { count, counted, h, show, showItems } from './dom.js';
import { drawFan, GHOST } from './fan.js';
import { figures } from './figures.js';
import { lead } from './lead.js';
import { logRow } from './log-row.js';
import { hasTrouble, latestBatch, onChange, stackNow, state } from './state.js';
import { waitRow } from './wait-row.js';
import { during, newIds, sendMany } from './wishes.js';

/** The flow, live. */

const tall = matchMedia('(max-width: 760px)');

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
  show(parts.figures, JSON.stringify(state.figures), () => figures(state.figures));
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

const layOut = (parts, button) => [
  parts.banner,
  h(
    'div',
    { class: 'between lead still' },
    parts.lead,
    h('div', { class: 'act' }, button, parts.said),
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
];

/** Shows the flow; returns the end of its updates. */
export const showFlow = (root) => {
  const parts = makeParts();
  const button = sendButton((text) => {
    parts.said.textContent = text;
  });
  root.replaceChildren(...layOut(parts, button));
  let asked = 0;
  const refresh = () => {
    asked ||= requestAnimationFrame(() => {
      asked = 0;
      showAll(parts);
      tick(root);
    });
  };
  const endOfChanges = onChange(refresh);
  const timer = setInterval(() => {
    tick(root);
    if (root.querySelector('[data-late]') !== null) refresh();
  }, 200);
  tall.addEventListener('change', refresh);
  showAll(parts);
  return () => {
    endOfChanges();
    clearInterval(timer);
    cancelAnimationFrame(asked);
    tall.removeEventListener('change', refresh);
  };
};
