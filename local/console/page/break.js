import { ask, put } from './api.js';
import { counted, h } from './dom.js';
import { ONCE, SWITCHES } from './faults.js';
import { onChange, state } from './state.js';
import { during, newIds, sendMany } from './wishes.js';

/** The switches of the simulator. */

const switchRow = ({ name, text, promise, on, off, isOn }, say) => {
  const id = `switch-${name.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`;
  const button = h('button', {
    type: 'button',
    class: 'toggle',
    role: 'switch',
    'aria-checked': 'false',
    'aria-labelledby': id,
    'aria-describedby': `${id}-text`,
  });
  button.addEventListener('click', () =>
    during(button, () =>
      put('/local/upstream', isOn(state.behaviour) ? off : on).then(
        ({ body }) => {
          state.behaviour = body;
          button.setAttribute('aria-checked', String(isOn(body)));
        },
        (error) => say(error.message),
      ),
    ),
  );
  const refresh = () => button.setAttribute('aria-checked', String(isOn(state.behaviour)));
  return {
    refresh,
    row: h(
      'li',
      { class: 'switch' },
      h('h3', { id }, name),
      h('p', { id: `${id}-text` }, text, h('br'), h('span', { class: 'small' }, promise)),
      button,
    ),
  };
};

const onceRow = ({ fault, name, text, promise }, say) => {
  const button = h('button', { type: 'button' }, name);
  button.addEventListener('click', () =>
    during(button, () => {
      const next = [...(state.behaviour['*']?.next ?? []), fault];
      return put('/local/upstream', { '*': { next } }).then(
        () => say(`${name}: it waits for the next call.`),
        (error) => say(error.message),
      );
    }),
  );
  return h(
    'li',
    { class: 'switch once' },
    h('p', {}, text, h('br'), h('span', { class: 'small' }, promise)),
    button,
  );
};

const seedPanel = (say) => {
  const input = h('input', { type: 'number', min: 0, step: 1, value: '1' });
  const button = h('button', { type: 'button' }, 'Begin again with this seed');
  button.addEventListener('click', () =>
    during(button, () =>
      put('/local/upstream/seed', { seed: Number(input.value) }).then(
        () => say(`Faults are drawn from seed ${input.value} on.`),
        (error) => say(error.message),
      ),
    ),
  );
  return h(
    'section',
    { class: 'panel stack' },
    h('h2', {}, 'Seed'),
    h(
      'p',
      { class: 'small soft' },
      'Faults that come by a rate are drawn in a fixed sequence. The same seed and the same calls make the same run.',
    ),
    h('label', {}, 'Seed', input),
    h('div', {}, button),
  );
};

const action = (name, work, say, style) => {
  const button = h('button', { type: 'button', class: style }, name);
  button.addEventListener('click', () =>
    during(button, () => work().catch((error) => say(error.message))),
  );
  return button;
};

const head = (actions) =>
  h(
    'div',
    { class: 'between lead' },
    h(
      'div',
      {},
      h('h1', {}, 'Break it'),
      h(
        'p',
        {},
        'The upstream is a simulator, and does what these switches say. Switch one on, send jobs, and watch the flow: no wish is lost, and none is carried out twice.',
      ),
    ),
    h('div', { class: 'row' }, actions),
  );

const listPanel = (title, items) =>
  h('section', { class: 'panel' }, h('h2', {}, title), h('ul', { class: 'list' }, items));

const toTheTour = () =>
  h(
    'p',
    { class: 'panel' },
    'Five steps, from many wishes to a lost reply: ',
    h('a', { href: '#/tour' }, 'take the tour'),
  );

const showNoSimulator = (root) =>
  root.replaceChildren(
    h('h1', {}, 'Break it'),
    h(
      'p',
      { class: 'panel' },
      'The upstream is another server. Only the embedded simulator has switches.',
    ),
  );

const sendFifty = async (say) => {
  const bad = state.behaviour['*']?.badIds ?? [];
  const taken = await sendMany([...newIds(50 - bad.length), ...bad]);
  say(
    `${counted(taken, 'wish', 'wishes')} were taken${bad.length > 0 ? `, ${bad.length} of them for ids that do not exist` : ''}. `,
    h('a', { href: '#/' }, 'See the flow'),
  );
};

/** Shows the switches; returns the end of their updates. */
export const showBreak = (root) => {
  if (!state.about.simulator) {
    showNoSimulator(root);
    return () => undefined;
  }
  const said = h('p', { role: 'status', class: 'small' });
  const say = (...text) => said.replaceChildren(...text);
  const rows = SWITCHES.map((one) => switchRow(one, say));
  const refreshAll = () => {
    for (const { refresh } of rows) refresh();
  };
  const reset = async () => {
    state.behaviour = (await ask('/local/upstream', { method: 'DELETE' })).body;
    refreshAll();
    say('The upstream behaves well again.');
  };
  const once = listPanel(
    'Once',
    ONCE.map((one) => onceRow(one, say)),
  );
  const lasting = listPanel(
    'For as long as it is on',
    rows.map(({ row }) => row),
  );
  root.replaceChildren(
    head([
      action('Send 50 jobs', () => sendFifty(say), say, 'main'),
      action('Put everything back', reset, say),
    ]),
    said,
    h(
      'div',
      { class: 'two' },
      lasting,
      h('div', { class: 'stack' }, once, seedPanel(say), toTheTour()),
    ),
  );
  refreshAll();
  return onChange(refreshAll);
};
