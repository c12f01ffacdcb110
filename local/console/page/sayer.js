import { h, intentUrl } from './dom.js';

/** A line that tells what came of a press, with links to intents. */
export const sayer = () => {
  const said = h('p', { role: 'status', class: 'small' });
  const say = (text, ...ids) =>
    said.replaceChildren(text, ...ids.flatMap((id) => [h('a', { href: intentUrl(id) }, id), ' ']));
  return { said, say };
};
