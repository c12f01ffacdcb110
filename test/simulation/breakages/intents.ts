import { createHash } from 'node:crypto';
import { type Json, parseJson } from '../../../shared/json/json.ts';
import type { Handed } from '../queue-model.ts';
import type { Breakage } from '../simulate.ts';
import { type Broken, rewritten } from './broken.ts';

/** Changes the messages of a batch. */
const batchThat = (change: (batch: readonly Handed[]) => readonly Handed[]): Breakage => ({
  loop: (loop) => (batch, remainingMs) => loop(change(batch), remainingMs),
});

const eachBody = (change: (body: string) => string): Breakage =>
  batchThat((batch) =>
    batch.map((message) => {
      try {
        return { ...message, body: change(message.body) };
      } catch {
        return message;
      }
    }),
  );

/** Sets a flag for all intents of a batch if one of them sets it. */
const orFlags = (batch: readonly Handed[]): readonly Handed[] => {
  const isSet = (flag: string) => batch.some(({ body }) => body.includes(`"${flag}":true`));
  return batch.map((message) => ({
    ...message,
    body: ['resume_savepoint', 'trigger_savepoint'].reduce(
      (body, flag) => (isSet(flag) ? body.replace(`"${flag}":false`, `"${flag}":true`) : body),
      message.body,
    ),
  }));
};

/** Swaps the ids of a batch, so that the oldest intent becomes the newest. */
const swapAges = (batch: readonly Handed[]): readonly Handed[] => {
  const idOf = (body: string) => /"intent_id":"([^"]+)"/.exec(body)?.[1] ?? '';
  const ids = [...new Set(batch.map(({ body }) => idOf(body)))].filter(Boolean).toSorted();
  return batch.map((message) => {
    const id = idOf(message.body);
    const other = ids[ids.length - 1 - ids.indexOf(id)] ?? id;
    return id === '' ? message : { ...message, body: message.body.replace(id, other) };
  });
};

/** Counts the ids that a broken way in made. */
let made = 0;

/** Control loops and ways in that read, write or order intents wrongly. */
export const BROKEN_INTENTS: readonly Broken[] = [
  {
    name: 'takes the newer intent for the older',
    breaks: ['P3 nothing stale'],
    breakage: batchThat(swapAges),
  },
  {
    name: 'sets a flag for all intents if one sets it',
    breaks: ['P5 flags are sacred'],
    breakage: batchThat(orFlags),
  },
  {
    name: 'accepts a job without an option of its own',
    breaks: ['P9 exact ids'],
    breakage: {
      readText: (text) => {
        const parsed = parseJson(text.replaceAll(/,"is_auto_create_compare":(true|false)/g, ''));
        return parsed.ok ? parsed.value : undefined;
      },
    },
  },
  {
    name: 'accepts ids as doubles',
    breaks: ['P9 exact ids'],
    breakage: {
      readText: (text) =>
        JSON.parse(text, (_, value: unknown) =>
          typeof value === 'number' && !Number.isSafeInteger(value) ? String(BigInt(value)) : value,
        ),
    },
  },
  {
    name: 'makes ids of events of whole seconds and a hash',
    breaks: ['P3 in causal order'],
    breakage: {
      newIntentId: (now, event) => {
        const second = Math.floor(now / 1_000) * 1_000;
        const time = (event === undefined ? now : second).toString(16).padStart(12, '0');
        const hash = createHash('md5')
          .update(event ?? `${now}`)
          .digest('hex');
        return `${time.slice(0, 8)}-${time.slice(8)}-7${hash.slice(0, 3)}-8${hash.slice(3, 6)}-${hash.slice(6, 18)}`;
      },
    },
  },
  {
    name: 'keeps verdicts by message, not by block',
    from: 500,
    breaks: ['P2 one verdict'],
    breakage: eachBody((body) =>
      rewritten(body, (intent) => {
        delete intent.first;
      }),
    ),
  },
  {
    name: 'recognises an event by its id alone',
    breaks: ['P1 nothing lost', 'P9 exact ids'],
    breakage: {
      keyOf: (text) => {
        const [caller, event]: readonly Json[] = JSON.parse(text);
        return createHash('md5').update(`${caller} ${event}`).digest('hex');
      },
    },
  },
  {
    name: 'takes each delivery of an event for an intent of its own',
    breaks: ['an event is one intent'],
    breakage: eachBody((body) =>
      rewritten(body, (intent) => {
        delete intent.key;
      }),
    ),
  },
  {
    name: 'takes a late event for a fresh one',
    breaks: ['a late event is as old as its time'],
    breakage: {
      newIntentId: (now) => {
        const time = now.toString(16).padStart(12, '0');
        const tail = createHash('md5').update(`${++made}`).digest('hex');
        return `${time.slice(0, 8)}-${time.slice(8)}-7${tail.slice(0, 3)}-8${tail.slice(3, 6)}-${tail.slice(6, 18)}`;
      },
    },
  },
  {
    name: 'ignores sequences',
    breaks: ['the order of sequences is kept'],
    breakage: eachBody((body) =>
      rewritten(body, (intent) => {
        delete intent.sequence;
      }),
    ),
  },
  {
    name: 'ignores the stop that a run names',
    from: 50,
    breaks: ['a run follows the stop that it names'],
    breakage: eachBody((body) =>
      rewritten(body, (intent) => {
        delete intent.after;
        delete intent.after_name;
      }),
    ),
  },
  {
    name: 'ignores deadlines',
    breaks: ['deadlines are kept'],
    breakage: eachBody((body) =>
      rewritten(body, (intent) => {
        delete intent.expires_at;
      }),
    ),
  },
];
