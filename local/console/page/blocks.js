import { clock, h } from './dom.js';

/** The blocks that the pages of jobs, intents and calls are made of. */

export const facts = (rows) =>
  h(
    'dl',
    { class: 'facts' },
    rows
      .filter(([, value]) => value !== undefined && value !== '')
      .map(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]),
  );

export const section = (title, ...content) =>
  h('section', { class: 'panel' }, h('h2', {}, title), ...content);

export const json = (value) => h('pre', { tabindex: 0 }, JSON.stringify(value, null, 2));

export const pretty = (text) => {
  try {
    // A number that JavaScript would round is shown as it came.
    const value = JSON.parse(text);
    const again = JSON.stringify(value);
    return again === text.replace(/\s/g, '') ? JSON.stringify(value, null, 2) : text;
  } catch {
    return text;
  }
};

export const outcomeTag = (state) =>
  state?.outcome === undefined
    ? h('span', { class: 'tag' }, 'no verdict yet')
    : h(
        'span',
        { class: `tag hue ${state.outcome}` },
        `${state.outcome}${state.evidence ? `, ${state.evidence}` : ''}`,
      );

export const title = (kind, id) =>
  h('div', {}, h('p', { class: 'soft' }, kind), h('h1', { class: 'id' }, id));

export const story = (items) =>
  h(
    'ol',
    { class: 'story' },
    items
      .toSorted((a, b) => a.at - b.at)
      .map(({ at, hue, text }) =>
        h('li', { class: hue }, h('span', { class: 'soft mono' }, clock(at)), ' ', text),
      ),
  );
