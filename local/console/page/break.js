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

/** Shows the switches; returns the end of their updates. */
export const showBreak = (root) => {
  const said = h('p', { role: 'status', class: 'small' });
  const say = (...text) => said.replaceChildren(...text);
  if (!state.about.simulator) {
    root.replaceChildren(
      h('h1', {}, 'Break it'),
      h(
        'p',
        { class: 'panel' },
        'The upstream is another server. Only the embedded simulator has switches.',
      ),
    );
    return () => undefined;
  }
  const rows = SWITCHES.map((one) => switchRow(one, say));
  const sendFifty = async () => {
    const bad = state.behaviour['*']?.badIds ?? [];
    const taken = await sendMany([...newIds(50 - bad.length), ...bad]);
    say(
      `${counted(taken, 'wish', 'wishes')} were taken${bad.length > 0 ? `, ${bad.length} of them for ids that do not exist` : ''}. `,
      h('a', { href: '#/' }, 'See the flow'),
    );
  };
  const reset = async () => {
    state.behaviour = (await ask('/local/upstream', { method: 'DELETE' })).body;
    for (const { refresh } of rows) refresh();
    say('The upstream behaves well again.');
  };
  root.replaceChildren(
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
      h(
        'div',
        { class: 'row' },
        action('Send 50 jobs', sendFifty, say, 'main'),
        action('Put everything back', reset, say),
      ),
    ),
    said,
    h(
      'div',
      { class: 'two' },
      h(
        'section',
        { class: 'panel' },
        h('h2', {}, 'For as long as it is on'),
        h(
          'ul',
          { class: 'list' },
          rows.map(({ row }) => row),
        ),
      ),
      h(
        'div',
        { class: 'stack' },
        h(
          'section',
          { class: 'panel' },
          h('h2', {}, 'Once'),
          h(
            'ul',
            { class: 'list' },
            ONCE.map((one) => onceRow(one, say)),
          ),
        ),
        seedPanel(say),
        h(
          'p',
          { class: 'panel' },
          'Five steps, from many wishes to a lost reply: ',
          h('a', { href: '#/tour' }, 'take the tour'),
        ),
      ),
    ),
  );
  const refreshAll = () => {
    for (const { refresh } of rows) refresh();
  };
  refreshAll();
  return onChange(refreshAll);
};
