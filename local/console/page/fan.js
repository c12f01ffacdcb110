import { count, counted, hueOf, s } from './dom.js';
import { drawCall, drawOutcomes } from './fan-marks.js';
import { spread, strand } from './strands.js';
import { inOrder } from './ways.js';

/** Draws one batch: its wishes on one side, its calls on the other. Wide pages draw it from left to right, phones downwards. */

/** What is drawn before anything was sent. */
export const GHOST = {
  batch: 0,
  messages: 24,
  intents: 24,
  again: 0,
  jobs: 24,
  fewest: 1,
  looks: 0,
  observed: 0,
  ways: { 'native route': 10, 'vendor route': 8, event: 6 },
  calls: [{ call: '', operation: 'dli.run', jobs: 24, limit: 100, status: 200 }],
  call_count: 1,
  outcomes: { delivered: 24 },
};

const MOST_DOTS = 160;
const MOST_CALLS = 6;
const WIDE = {
  width: 1120,
  height: 310,
  ways: 255,
  heart: 520,
  calls: 720,
  results: 960,
  from: 30,
  to: 280,
};
const TALL = {
  width: 340,
  height: 540,
  ways: 52,
  heart: 210,
  calls: 320,
  results: 470,
  from: 16,
  to: 324,
};

/** Places of `n` dots of a group: a small grid around its middle. */
const dotsOf = (n, middle, room, isTall) => {
  const rows = Math.max(1, Math.min(n, Math.floor(room / 9)));
  return Array.from({ length: n }, (_, i) => {
    const across = middle + ((i % rows) - (Math.min(rows, n) - 1) / 2) * 9;
    const along = Math.floor(i / rows) * 9 * (isTall ? 1 : -1);
    return { across, along };
  });
};

/** Which call each dot belongs to: calls get dots by their share of the jobs. */
const shares = (calls, n) => {
  const all = calls.reduce((sum, { jobs }) => sum + Math.max(jobs, 1), 0);
  let sum = 0;
  return calls.map((call) => {
    sum += Math.max(call.jobs, 1);
    return Math.round((n * sum) / all);
  });
};

const drawWays = ({ ways, intents }, place, isTall, isGhost) => {
  const groups = inOrder(ways);
  const dots = [];
  const texts = [];
  const middles = spread(
    groups.length,
    place.from + (isTall ? 46 : 34),
    place.to - (isTall ? 46 : 34),
  );
  groups.forEach(([way, n], i) => {
    const drawn = Math.max(1, Math.round(n * Math.min(1, MOST_DOTS / Math.max(intents, 1))));
    const room = (place.to - place.from) / groups.length - 14;
    const own = dotsOf(drawn, middles[i], room, isTall);
    dots.push(...own.map(({ across, along }) => ({ across, along: along + place.ways })));
    const [x, y] = isTall ? [middles[i], place.ways - 28] : [4, middles[i]];
    const anchor = isTall ? 'middle' : 'start';
    texts.push(
      !isGhost && s('text', { x, y: y - 3, 'text-anchor': anchor }, count(n)),
      s(
        'text',
        { x, y: y + 13, 'text-anchor': anchor, class: 'soft' },
        isTall ? way.split(' ')[0] : way,
      ),
    );
  });
  return { dots, texts };
};

const heart = (place, isTall, middle, batch, gathering, isGhost) => {
  const [x, y] = isTall ? [middle, place.heart] : [place.heart, middle];
  const r = isTall ? 36 : 46;
  const gathers = gathering.messages > 0;
  const n = gathers ? gathering.messages : batch.messages;
  const isIdle = isGhost && !gathers;
  return [
    s('circle', { class: 'heart', cx: x, cy: y, r }),
    s('circle', {
      class: 'ring',
      id: 'window-ring',
      cx: x,
      cy: y,
      r: r + 5,
      pathLength: 1,
      'stroke-dasharray': '0 1',
      transform: `rotate(-90 ${x} ${y})`,
    }),
    s('text', { class: 'big', x, y: y + 4, 'text-anchor': 'middle' }, isIdle ? '' : count(n)),
    s(
      'text',
      { class: 'soft', x, y: y + (isIdle ? 4 : 22), 'text-anchor': 'middle' },
      isIdle
        ? 'queue'
        : gathers
          ? 'gathering'
          : (batch.first ?? batch.batch) === batch.batch
            ? 'one batch'
            : 'messages',
    ),
  ];
};

/** Where the calls stand, one beside the other, and how much room each has. */
const placesOf = (calls, middle, isTall) => {
  const step = Math.min(94, TALL.width / Math.max(1, calls.length));
  const half = (isTall ? step / 2 : 26) * (calls.length - 1);
  return { step, rows: spread(calls.length, middle - half, middle + half) };
};

const drawDots = (dots, hueAt, isTall, isGhost) =>
  dots.map(({ along, across }, i) =>
    s('circle', {
      class: `dot ${hueAt(i)}`,
      r: 2.6,
      opacity: isGhost ? 0.45 : 1,
      ...(isTall ? { cx: across, cy: along } : { cx: along, cy: across }),
    }),
  );

const drawMore = (more, place, middle, isTall) =>
  more > 0 &&
  s(
    'text',
    {
      class: 'soft',
      x: isTall ? middle : place.calls,
      y: isTall ? place.calls + 56 : place.height - 6,
      'text-anchor': isTall ? 'middle' : 'start',
    },
    `and ${counted(more, 'more call')}`,
  );

const frameOf = (batch, { width, height }, isGhost) => ({
  viewBox: `0 0 ${width} ${height}`,
  role: isGhost ? 'img' : 'group',
  'aria-label': isGhost
    ? 'Many wishes from several callers run into one queue, and leave it as one call'
    : `${counted(batch.intents, 'wish', 'wishes')} became ${counted(batch.call_count, 'call')}`,
});

/** The picture of a batch. `gathering` is what waits for the next one. */
export const drawFan = (batch, gathering, isTall, isGhost = false) => {
  const place = isTall ? TALL : WIDE;
  const middle = (place.from + place.to) / 2;
  const { dots, texts } = drawWays(batch, place, isTall, isGhost);
  const calls = batch.calls.slice(0, MOST_CALLS);
  const { step, rows } = placesOf(calls, middle, isTall);
  const limits = shares(calls, dots.length);
  const hueAt = (i) => hueOf(calls[limits.findIndex((limit) => i < limit)]?.operation ?? 'dli.run');
  const radius = isTall ? 36 : 46;
  const into = { along: place.heart - radius, across: middle };
  const out = { along: place.heart + radius, across: middle };
  const size = isTall ? 20 : 118;
  const ends = rows.map((across) => ({ along: place.calls + size, across }));
  const room = { place, step, calls: calls.length };
  return s(
    'svg',
    frameOf(batch, place, isGhost),
    dots.map((dot, i) => strand(isTall, dot, into, hueAt(i))),
    drawDots(dots, hueAt, isTall, isGhost),
    texts,
    rows.map((across, i) =>
      strand(isTall, out, { along: place.calls, across }, hueOf(calls[i].operation)),
    ),
    drawOutcomes(batch, place, isTall, middle, ends, isGhost),
    heart(place, isTall, middle, batch, gathering, isGhost),
    calls.map((mark, i) => drawCall(mark, rows[i], room, isTall, isGhost)),
    drawMore(batch.call_count - calls.length, place, middle, isTall),
  );
};
