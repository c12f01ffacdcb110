import { ask } from './api.js';
import { h } from './dom.js';
import { sayer } from './sayer.js';
import { field } from './send-form.js';
import { state } from './state.js';
import { during } from './wishes.js';

/** The samples of events/, to be sent with a press. */

const nameOf = (file) => file.split('/').at(-1);

const sendSample = async (file, say) => {
  const text = JSON.stringify({ file });
  try {
    const { body } = await ask('/local/console/sample', { method: 'POST', text });
    const taken = `${nameOf(file)} was taken`;
    if (body.intents.length === 0) say(`${taken}: see the flow.`);
    else say(`${taken}: `, ...body.intents);
  } catch (error) {
    say(error.message);
  }
};

export const samples = () => {
  const { said, say } = sayer();
  const { samples: all = [] } = state.about;
  const choice = h(
    'select',
    {},
    all.map(({ file, way }) => h('option', { value: file }, `${nameOf(file)}: ${way}`)),
  );
  const button = h('button', { type: 'button' }, 'Send the sample');
  button.addEventListener('click', () => during(button, () => sendSample(choice.value, say)));
  return h(
    'section',
    { class: 'panel stack samples' },
    h('h2', {}, 'Or a sample from events/'),
    field(
      'Sample',
      choice,
      'The stack sends it as its sender would, and signs what comes to a hook. A webhook that comes again is the same intent.',
    ),
    h('div', {}, button),
    said,
  );
};
