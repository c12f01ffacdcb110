/** Elements and texts. Law: every text becomes a text node, so that no id or message is ever read as markup. */

const SVG = 'http://www.w3.org/2000/svg';

const fill = (element, properties, children) => {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'value') element.value = value;
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(
    ...children.flat(Infinity).filter((one) => one !== undefined && one !== null && one !== false),
  );
  return element;
};

export const h = (name, properties = {}, ...children) =>
  fill(document.createElement(name), properties, children);

export const s = (name, properties = {}, ...children) =>
  fill(document.createElementNS(SVG, name), properties, children);

/**
 * Whether an element has to stay as it is: a link in it is pressed or has the focus, or a live list is pointed at. A link that is
 * replaced between press and release is not followed.
 */
export const isHeld = (element) =>
  element.matches('.live:hover, .live:focus-within') ||
  element.querySelector('a:active, a:focus') !== null;

/**
 * Replaces what an element holds, if its key has changed and it is not held. A key is a text that says all that is shown.
 * `data-late` marks what was held.
 */
export const show = (element, key, make) => {
  if (element.dataset.key === key) return false;
  element.toggleAttribute('data-late', isHeld(element));
  if (element.hasAttribute('data-late')) return false;
  element.dataset.key = key;
  element.replaceChildren(...[make()].flat(Infinity).filter(Boolean));
  return true;
};

/** The row of each item, and the items that each list shows. An item that has changed is another object. */
const rows = new WeakMap();
const listed = new WeakMap();

const rowFor = (item, make) => {
  if (!rows.has(item)) rows.set(item, make(item));
  return rows.get(item);
};

/** Lists items, and makes only the rows that are new. At a thousand results per second most rows stay as they are. */
export const showItems = (element, items, make, empty) => {
  const before = listed.get(element);
  const isSame = before?.length === items.length && items.every((one, i) => one === before[i]);
  element.toggleAttribute('data-late', !isSame && isHeld(element));
  if (isSame || element.hasAttribute('data-late')) return;
  listed.set(element, items);
  const wanted =
    items.length === 0
      ? [h('li', { class: 'empty' }, empty)]
      : items.map((one) => rowFor(one, make));
  let place = element.firstChild;
  for (const row of wanted) {
    if (row === place) place = place.nextSibling;
    else element.insertBefore(row, place);
  }
  while (place !== null) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
};

const number = new Intl.NumberFormat('en');

export const count = (value) => number.format(value);

export const counted = (value, one, many = `${one}s`) =>
  `${count(value)} ${value === 1 ? one : many}`;

export const percent = (part, whole) =>
  whole === 0 ? '–' : `${Math.round((100 * part) / whole)} %`;

export const span = (ms) => {
  if (ms === null || ms === undefined) return '–';
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10000 ? 1 : 0)} s`;
};

export const clock = (at) => new Date(at).toTimeString().slice(0, 8);

const url = (page, query) => `#/${page}?${new URLSearchParams(query)}`;

export const jobUrl = (operation, project, job) =>
  url('job', { service: operation.slice(0, 3), project, job });
export const intentUrl = (id) => url('intent', { id });
export const callUrl = (id) => url('call', { id });
export const repeatUrl = (id) => url('send', { repeat: id });

/** The colour of an operation, by its place among all. */
const ORDER = [
  'dli.run',
  'dli.stop',
  'dli.delete',
  'drs.start',
  'drs.stop',
  'drs.retry',
  'drs.delete',
];
export const hueOf = (operation) => `c${Math.max(0, ORDER.indexOf(operation)) % 6}`;

/** How a reply is told. */
export const statusText = ({ status, fault }) => {
  const what = status === null ? (fault ? 'no reply' : '…') : String(status);
  return fault ? `${what} (${fault})` : what;
};
