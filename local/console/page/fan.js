import { callUrl, count, counted, hueOf, s, statusText } from './dom.js';

/** Draws one batch: its wishes on one side, its calls on the other. Wide pages draw it from left to right, phones downwards. */

/** Each way has its place, so that two batches can be compared. */
const WAYS = ['native route', 'vendor route', 'webhook', 'event', 'invocation', 'queue'];

export const inOrder = (ways) =>
  Object.entries(ways).sort(([a], [b]) => WAYS.indexOf(a) - WAYS.indexOf(b));

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

const spread = (n, from, to) =>
  Array.from({ length: n }, (_, i) =>
    n === 1 ? (from + to) / 2 : from + ((to - from) * i) / (n - 1),
  );

/** Places of `n` dots of a group: a small grid around its middle. */
const dotsOf = (n, middle, room, isTall) => {
  const rows = Math.max(1, Math.min(n, Math.floor(room / 9)));
  return Array.from({ length: n }, (_, i) => {
    const across = middle + ((i % rows) - (Math.min(rows, n) - 1) / 2) * 9;
    const along = Math.floor(i / rows) * 9 * (isTall ? 1 : -1);
    return { across, along };
  });
};

const strand = (swap, a, b, hue) => {
  const bend = (a.along + b.along) / 2;
  const p = (along, across) => (swap ? `${across},${along}` : `${along},${across}`);
  const d = `M${p(a.along, a.across)}C${p(bend, a.across)} ${p(bend, b.across)} ${p(b.along, b.across)}`;
  return s('path', { class: `strand ${hue}`, d, pathLength: 1 });
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

const drawCall = (mark, across, { place, step, calls }, isTall, isGhost) => {
  const [width, height] = isTall ? [step - 8, 20] : [118, 24];
  const [x, y] = isTall ? [across - width / 2, place.calls] : [place.calls, across - height / 2];
  const hue = hueOf(mark.operation);
  const share = Math.max(0.02, Math.min(1, mark.jobs / mark.limit));
  const label = `${mark.operation}, ${mark.jobs} of ${mark.limit}: ${statusText(mark)}`;
  const [tx, ty, anchor] = isTall ? [across, y + height + 15, 'middle'] : [x, y - 6, 'start'];
  const text = isGhost
    ? s('text', { class: 'soft', x: tx, y: ty, 'text-anchor': anchor }, 'one call')
    : s(
        'text',
        { x: tx, y: ty, 'text-anchor': anchor },
        isTall ? (calls > 4 ? `${mark.jobs}` : `${mark.jobs} of ${mark.limit}`) : label,
      );
  const block = [
    s('rect', { class: 'room', x, y, width, height, rx: 5 }),
    s('rect', {
      class: `filled ${hue}`,
      x,
      y,
      width: width * share,
      height,
      rx: 5,
      opacity: isGhost ? 0.3 : 1,
    }),
    text,
  ];
  if (isGhost) return s('g', { class: 'late' }, block);
  return s('a', { class: 'late', href: callUrl(mark.call), 'aria-label': `Call ${label}` }, block);
};

const drawOutcomes = (batch, place, isTall, middle, ends, isGhost) => {
  const outcomes = Object.entries(batch.outcomes);
  // Side by side on a phone, the names need more room than one above the other.
  const half = isTall ? Math.min(58 * (outcomes.length - 1), 120) : 34 * (outcomes.length - 1);
  const across = spread(outcomes.length, middle - half, middle + half);
  return outcomes.flatMap(([outcome, n], i) => {
    const at = { along: place.results, across: across[i] };
    const [x, y] = isTall
      ? [at.across, place.results + (outcomes.length > 3 && i % 2 === 1 ? 38 : 22)]
      : [place.results + 14, at.across + 5];
    const anchor = isTall ? 'middle' : 'start';
    return [
      ...ends.map((end) => strand(isTall, end, at, outcome)),
      s('circle', {
        class: `dot late ${outcome}`,
        r: 5,
        opacity: isGhost ? 0.45 : 1,
        ...(isTall ? { cx: at.across, cy: at.along } : { cx: at.along, cy: at.across }),
      }),
      s(
        'text',
        { class: isGhost ? 'soft' : 'late', x, y, 'text-anchor': anchor },
        isGhost ? 'a result each' : `${count(n)} ${outcome}`,
      ),
    ];
  });
};

/** The picture of a batch. `gathering` is what waits for the next one. */
export const drawFan = (batch, gathering, isTall, isGhost = false) => {
  const place = isTall ? TALL : WIDE;
  const middle = (place.from + place.to) / 2;
  const { dots, texts } = drawWays(batch, place, isTall, isGhost);
  const calls = batch.calls.slice(0, MOST_CALLS);
  const ranks = spread(
    calls.length,
    middle - 26 * (calls.length - 1),
    middle + 26 * (calls.length - 1),
  );
  const step = Math.min(94, TALL.width / Math.max(1, calls.length));
  const rows = isTall
    ? spread(
        calls.length,
        middle - (step / 2) * (calls.length - 1),
        middle + (step / 2) * (calls.length - 1),
      )
    : ranks;
  const limits = shares(calls, dots.length);
  const hueAt = (i) => hueOf(calls[limits.findIndex((limit) => i < limit)]?.operation ?? 'dli.run');
  const radius = isTall ? 36 : 46;
  const into = { along: place.heart - radius, across: middle };
  const out = { along: place.heart + radius, across: middle };
  const size = isTall ? 20 : 118;
  const ends = rows.map((across) => ({ along: place.calls + size, across }));
  const more = batch.call_count - calls.length;
  return s(
    'svg',
    {
      viewBox: `0 0 ${place.width} ${place.height}`,
      role: isGhost ? 'img' : 'group',
      'aria-label': isGhost
        ? 'Many wishes from several callers run into one queue, and leave it as one call'
        : `${counted(batch.intents, 'wish', 'wishes')} became ${counted(batch.call_count, 'call')}`,
    },
    dots.map((dot, i) => strand(isTall, dot, into, hueAt(i))),
    dots.map(({ along, across }, i) =>
      s('circle', {
        class: `dot ${hueAt(i)}`,
        r: 2.6,
        opacity: isGhost ? 0.45 : 1,
        ...(isTall ? { cx: across, cy: along } : { cx: along, cy: across }),
      }),
    ),
    texts,
    rows.map((across, i) =>
      strand(isTall, out, { along: place.calls, across }, hueOf(calls[i].operation)),
    ),
    drawOutcomes(batch, place, isTall, middle, ends, isGhost),
    heart(place, isTall, middle, batch, gathering, isGhost),
    calls.map((mark, i) =>
      drawCall(mark, rows[i], { place, step, calls: calls.length }, isTall, isGhost),
    ),
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
      ),
  );
};
